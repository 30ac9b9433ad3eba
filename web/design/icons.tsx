import type { ReactNode } from "react";

/** Line icons on a 24 grid, drawn for this console. Decorative: a word always stands beside them or in `aria-label`. */
const PATHS = {
  circle: <circle cx="12" cy="12" r="7" fill="currentColor" stroke="none" />,
  hollow: <circle cx="12" cy="12" r="6.5" />,
  ring: (
    <>
      <circle cx="12" cy="12" r="3.5" fill="currentColor" stroke="none" />
      <circle cx="12" cy="12" r="8" />
    </>
  ),
  handset: (
    <path d="M6.2 3.6 9 3.2l1.8 4.3-2 1.7c1 2.3 2.7 4 5 5l1.7-2 4.3 1.8-.4 2.8c-.2 1.6-1.5 2.7-3.1 2.6C9.6 18.9 4.1 13.4 3.6 6.7 3.5 5.1 4.6 3.8 6.2 3.6Z" />
  ),
  hangUp: (
    <path d="M3 14.2c0-5 18-5 18 0v2.2c0 .8-.7 1.4-1.5 1.2l-3.3-.8c-.6-.1-1-.7-1-1.3v-1.7a12 12 0 0 0-6.4 0v1.7c0 .6-.4 1.2-1 1.3l-3.3.8c-.8.2-1.5-.4-1.5-1.2Z" />
  ),
  pencil: <path d="m4 20 1-4.5L16 4.5a2 2 0 0 1 2.9 0l.6.6a2 2 0 0 1 0 2.9L8.5 19 4 20Zm10-13.5 3.5 3.5" />,
  pause: <path d="M8.5 5v14M15.5 5v14" strokeWidth="3" />,
  play: <path d="M7 4.5v15l12-7.5-12-7.5Z" />,
  triangle: <path d="M12 4 21 19.5H3L12 4Zm0 6v4.5m0 2.5v.1" />,
  mic: <path d="M12 3.5a3 3 0 0 1 3 3V11a3 3 0 0 1-6 0V6.5a3 3 0 0 1 3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21" />,
  micOff: (
    <path d="M9 9v2a3 3 0 0 0 4.6 2.5M15 10.5v-4a3 3 0 0 0-5.8-1M5.5 11a6.5 6.5 0 0 0 10.2 5.3M18.5 11a6.5 6.5 0 0 1-.5 2.5M12 17.5V21M4 4l16 16" />
  ),
  keypad: (
    <path d="M6 5v.01M12 5v.01M18 5v.01M6 11v.01M12 11v.01M18 11v.01M6 17v.01M12 17v.01M18 17v.01" strokeWidth="3.4" />
  ),
  search: <path d="M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm5 11.5L20.5 20.5" />,
  sun: (
    <path d="M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-5v1.5m0 15V21m9-9h-1.5m-15 0H3m15.4-6.4-1.1 1.1M6.7 17.3l-1.1 1.1m12.8 0-1.1-1.1M6.7 6.7 5.6 5.6" />
  ),
  moon: <path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z" />,
  person: <path d="M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5" />,
  people: (
    <path d="M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM2.5 19c.8-3.5 3.3-5 6.5-5s5.7 1.5 6.5 5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.5 14.3c2.2.5 3.5 2 4 4.7" />
  ),
  check: <path d="m5 12.5 4.5 4.5L19 7" />,
  cross: <path d="m6 6 12 12M18 6 6 18" />,
  down: <path d="m6 9.5 6 6 6-6" />,
  right: <path d="m9.5 6 6 6-6 6" />,
  left: <path d="m14.5 6-6 6 6 6" />,
  calendar: <path d="M4.5 6.5h15v13h-15v-13Zm0 4h15M8.5 4v4M15.5 4v4" />,
  refresh: <path d="M19 12a7 7 0 1 1-2-4.9L19.5 9.5M19.5 4.5v5h-5" />,
  clock: <path d="M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 3.5V12l3 2" />,
  list: <path d="M8.5 6.5h11M8.5 12h11M8.5 17.5h11M4.5 6.5v.01M4.5 12v.01M4.5 17.5v.01" />,
  help: <path d="M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4m0 3v.1M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z" />,
  cup: <path d="M5 9h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4V9Zm11 1.5h1.5a2.5 2.5 0 0 1 0 5H16M8.5 3v2.5M12.5 3v2.5" />,
  chart: <path d="M4 20h16M7 16.5v-5M12 16.5V6M17 16.5v-8" />,
  receipt: <path d="M6 3.5h12v17l-2.4-1.5-2.4 1.5-2.4-1.5-2.4 1.5L6 19V3.5ZM9 8.5h6M9 12.5h6" />,
  book: <path d="M5 4.5h10a3 3 0 0 1 3 3V20H8a3 3 0 0 1-3-3V4.5ZM5 17a2.5 2.5 0 0 1 2.5-2.5H18" />,
  speaker: <path d="M4.5 9.5v5h3L12 18.5v-13l-4.5 4h-3ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" />,
  expand: <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />,
  lock: <path d="M6 10.5h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v2.5" />,
  plug: <path d="M9 3.5V8M15 3.5V8M6 8h12v3a6 6 0 0 1-12 0V8Zm6 9v4" />,
  inbox: <path d="M4 13.5 6.5 5h11L20 13.5V19H4v-5.5Zm0 0h4.5L10 16h4l1.5-2.5H20" />,
  wallet: (
    <path d="M4 7.5h14.5a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V7.5Zm0 0A2.5 2.5 0 0 1 6.5 5H17v2.5M16 13.5v.01" />
  ),
  scale: <path d="M12 4v16M7.5 20h9M5 7h14M5 7l-2.5 6.5h5L5 7Zm14 0-2.5 6.5h5L19 7Z" />,
  paper: <path d="M6.5 3.5h7.5L18.5 8v12.5h-12v-17Zm7 0V8.5h5M9.5 13h6M9.5 16.5h6" />,
  code: <path d="m8.5 7.5-5 4.5 5 4.5M15.5 7.5l5 4.5-5 4.5M13.5 5l-3 14" />,
  headset: (
    <path d="M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M4.5 13.5h3v5.5H6a1.5 1.5 0 0 1-1.5-1.5v-4Zm12 0h3v4A1.5 1.5 0 0 1 18 19h-1.5v-5.5Z" />
  ),
  bell: <path d="M6.5 16V11a5.5 5.5 0 0 1 11 0v5l1.5 2H5l1.5-2ZM10 20.5h4" />,
  plus: <path d="M12 5v14M5 12h14" />,
  building: <path d="M4 20.5h16M6 20.5V5h7v15.5M13 10h5v10.5M9 8.5h1M9 12h1M9 15.5h1M15.5 13.5h.5M15.5 17h.5" />,
  exit: <path d="M10 4.5H5v15h5M9.5 12H20m-4-4.5 4.5 4.5L16 16.5" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg
      className={className === undefined ? "icon" : `icon ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {PATHS[name]}
    </svg>
  );
}
