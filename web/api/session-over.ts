/** Whether the house has said that nobody is signed in any more, while a page was open and words were typed on it. */
let over = false;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  if (over === value) return;
  over = value;
  for (const tell of listeners) tell();
}

export const noteSessionOver = (): void => set(true);
/** Somebody signed in again, or wants to look at the page without. */
export const settleSessionOver = (): void => set(false);
export const isSessionOver = (): boolean => over;

export function onSessionOver(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
