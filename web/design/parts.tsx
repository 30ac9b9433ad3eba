import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../api/http.ts";
import { Icon, type IconName } from "./icons.tsx";
import { troubleText } from "./said.ts";

/** The seven states of an agent and alarm: always icon, word and colour together. */
export type AgentStateName = "off_shift" | "ready" | "reserved" | "ringing" | "on_contact" | "wrap_up" | "not_ready";
type Tone = "ready" | "ringing" | "contact" | "wrap" | "idle" | "alarm";

const LOOK: Record<AgentStateName, { icon: IconName; tone: Tone; pulses?: boolean }> = {
  off_shift: { icon: "hollow", tone: "idle" },
  ready: { icon: "circle", tone: "ready" },
  reserved: { icon: "ring", tone: "ringing", pulses: true },
  ringing: { icon: "ring", tone: "ringing", pulses: true },
  on_contact: { icon: "handset", tone: "contact" },
  wrap_up: { icon: "pencil", tone: "wrap" },
  not_ready: { icon: "pause", tone: "idle" },
};

export type ReasonName = "break" | "lunch" | "training" | "meeting" | "after_work" | "missed" | "device";
const REASONS: readonly string[] = ["break", "lunch", "training", "meeting", "after_work", "missed", "device"];

export function isReason(text: string | null): text is ReasonName {
  return text !== null && REASONS.includes(text);
}

export function StateMark({ state, reason = null }: { state: AgentStateName; reason?: string | null }) {
  const { t } = useTranslation();
  const look = LOOK[state];
  const alarmed = state === "not_ready" && (reason === "missed" || reason === "device");
  return (
    <span className={`state-mark tone-${alarmed ? "alarm" : look.tone}`}>
      <Icon name={alarmed ? "triangle" : look.icon} {...(look.pulses ? { className: "pulses" } : {})} />
      {isReason(reason) && state === "not_ready" ? t(`reason.${reason}`) : t(`state.${state}`)}
    </span>
  );
}

const COLOUR = /^#[0-9a-f]{3,8}$/i;

/** The client company's colour as a CSS variable; anything that is not a plain hex colour is ignored. */
export function brandStyle(color: string): Record<string, string> {
  return COLOUR.test(color) ? { "--brand": color } : {};
}

export function BrandMark({ name, color }: { name: string; color: string }) {
  return (
    <span className="brand" style={brandStyle(color)}>
      <span className="brand-dot" />
      <span className="clip">{name}</span>
    </span>
  );
}

/** One of the designed states of a page: why there is nothing here, and the one next action. */
export function PlainState({
  page = false,
  icon,
  title,
  hint,
  children,
}: {
  /** Stands for a whole page: its words are the page\'s heading. */
  page?: boolean;
  icon: IconName;
  /** Left out where a heading above says it already. */
  title?: string;
  hint?: string;
  children?: ReactNode;
}) {
  return (
    <div className="plain-state">
      <Icon name={icon} />
      {title === undefined ? null : page ? <h1>{title}</h1> : <strong>{title}</strong>}
      {hint === undefined ? null : <p>{hint}</p>}
      {children}
    </div>
  );
}

/** What failed, whether to try again, and the id by which the house finds it in its logs. */
export function Trouble({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const known = problem instanceof ApiProblem ? problem : null;
  if (known?.status === 403) {
    return <PlainState icon="lock" title={t("trouble.noPermission")} hint={t("trouble.noPermissionHint")} />;
  }
  if (known?.status === 404) {
    return <PlainState icon="search" title={t("trouble.notFoundItem")} hint={t("trouble.notFoundHint")} />;
  }
  return (
    <div role="alert">
      <PlainState icon="triangle" title={t("trouble.title")} hint={troubleText(problem)}>
        {known?.requestId ? (
          <p className="small">
            {t("trouble.requestId")} <span className="mono">{known.requestId}</span>
          </p>
        ) : null}
        {retry === undefined ? null : (
          <button type="button" className="button" onClick={retry}>
            <Icon name="refresh" />
            {t("app.retry")}
          </button>
        )}
      </PlainState>
    </div>
  );
}

/** Grey bones in the shape of what comes. */
export function Skeleton({ lines, height = 14 }: { lines: number; height?: number }) {
  const { t } = useTranslation();
  const widths = ["92%", "76%", "84%", "60%"];
  return (
    <div className="stack" aria-busy="true">
      <span className="unseen" role="status">
        {t("app.loading")}
      </span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity and never move
        <div key={line} className="bone" style={{ width: widths[line % widths.length], height }} />
      ))}
    </div>
  );
}

/** A button that opens a short list under itself: the platform's popover, so Escape and outside clicks close it. */
export function MenuButton(props: {
  label: ReactNode;
  name: string;
  className?: string;
  children: ReactNode;
  disabled?: boolean;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const place = (): void => {
    const box = button.current?.getBoundingClientRect();
    if (box === undefined || menu.current === null) return;
    menu.current.style.top = `${box.bottom + 4}px`;
    const width = Math.max(menu.current.offsetWidth, 200);
    menu.current.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={props.className ?? "button plain"}
        popoverTarget={id}
        aria-haspopup="true"
        disabled={props.disabled}
      >
        <span className="unseen">{props.name}</span>
        {props.label}
        <Icon name="down" />
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a popover in every browser we serve */}
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="menu"
        role="group"
        aria-label={props.name}
        onToggle={place}
        onClick={() => menu.current?.hidePopover()}
        onKeyDown={moveFocus}
      >
        {props.children}
      </div>
    </>
  );
}

/** Arrow keys walk the buttons of a list. */
function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(".menu-item:not(:disabled)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const step = event.key === "ArrowDown" ? 1 : -1;
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
}

type DialogProps = {
  readonly title: string;
  readonly close: () => void;
  /** Asked when somebody closes it: true where it stays open, because there is something in it to be asked about first. */
  readonly stays?: () => boolean;
  readonly children: ReactNode;
};

/** A modal on the platform's dialog: focus is kept inside and returns, Escape closes. */
export function Dialog({ title, close, stays = () => false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => ref.current?.showModal(), []);
  const { t } = useTranslation();
  return (
    <dialog
      ref={ref}
      className="dialog stack"
      aria-labelledby={id}
      // React lets these events rise, so that a dialog would end with one that it had opened.
      onCancel={(event) => {
        if (event.target === event.currentTarget && stays()) event.preventDefault();
      }}
      onClose={(event) => {
        if (event.target !== event.currentTarget) return;
        // A browser closes it on a second Escape whatever it is told.
        if (stays()) ref.current?.showModal();
        else close();
      }}
    >
      <div className="row">
        <h2 id={id} className="grow">
          {title}
        </h2>
        <button
          type="button"
          className="button plain square"
          aria-label={t("app.close")}
          onClick={() => stays() || ref.current?.close()}
        >
          <Icon name="cross" />
        </button>
      </div>
      {children}
    </dialog>
  );
}

export function Field(props: {
  label: string;
  error?: string | null;
  hint?: string;
  children: (id: string, describedBy?: string) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const noted = Boolean(props.error) || props.hint !== undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id, noted ? noteId : undefined)}
      {props.error ? (
        <p id={noteId} className="field-error" role="alert">
          <Icon name="triangle" />
          {props.error}
        </p>
      ) : props.hint === undefined ? null : (
        <p id={noteId} className="small quiet">
          {props.hint}
        </p>
      )}
    </div>
  );
}

/** A table that may be wider than its place: it scrolls inside, also by keyboard. */
export function TableScroll({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="table-scroll" tabIndex={0}>
      {children}
    </div>
  );
}
