/** How often a page looks for the payment after the provider's page was opened. */
export const LOOK_EVERY_MS = 5_000;
/** After so long without money the page says that nothing has come yet. */
export const QUIET_AFTER_MS = 5 * 60_000;
/** A payment begun so long ago is no longer looked for: a page opened again asks as always. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;

/** That the payment page of an invoice was opened, when, and how much was open then. */
export type Begun = { readonly atMs: number; readonly openMinor: number };

const nameOf = (invoiceId: string): string => `callhouse.paying.${invoiceId}`;

/** Kept in the window's own storage, so that coming back by the browser's button finds it. */
export function beginPaying(invoiceId: string, openMinor: number): Begun {
  const begun = { atMs: Date.now(), openMinor };
  try {
    sessionStorage.setItem(nameOf(invoiceId), JSON.stringify(begun));
  } catch {
    // Storage is switched off: the page still knows until it is left.
  }
  return begun;
}

export function beganPaying(invoiceId: string, nowMs: number = Date.now()): Begun | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(nameOf(invoiceId)) ?? "null");
    return isBegun(kept) && nowMs - kept.atMs < FORGOTTEN_AFTER_MS ? kept : null;
  } catch {
    return null;
  }
}

function isBegun(kept: unknown): kept is Begun {
  if (typeof kept !== "object" || kept === null) return false;
  return "atMs" in kept && typeof kept.atMs === "number" && "openMinor" in kept && typeof kept.openMinor === "number";
}
