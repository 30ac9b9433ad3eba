import { createStore, useStore } from "../live/store.ts";

/** What the agent has written about a contact and not yet handed over. Kept per contact, for as long as the window lives. */
export type Draft = { readonly notes: string; readonly disposition: string; readonly customerId: string | null };

const EMPTY: Draft = { notes: "", disposition: "", customerId: null };
const PREFIX = "callhouse.draft.";

const drafts = createStore<ReadonlyMap<string, Draft>>(new Map());

function stored(contactId: string): Draft {
  try {
    const text = sessionStorage.getItem(PREFIX + contactId);
    return text === null ? EMPTY : { ...EMPTY, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return EMPTY; // storage switched off or its content spoilt: writing starts afresh
  }
}

const loaded = new Map<string, Draft>();

export function draftOf(contactId: string): Draft {
  const open = drafts.get().get(contactId);
  if (open !== undefined) return open;
  const known = loaded.get(contactId) ?? stored(contactId);
  loaded.set(contactId, known);
  return known;
}

export function useDraft(contactId: string): Draft {
  return useStore(drafts, () => draftOf(contactId));
}

export function writeDraft(contactId: string, change: Partial<Draft>): void {
  const next = { ...draftOf(contactId), ...change };
  drafts.set((before) => new Map(before).set(contactId, next));
  try {
    // The window's own storage: it survives a reload and ends with the window, so nothing stays on a shared desk.
    sessionStorage.setItem(PREFIX + contactId, JSON.stringify(next));
  } catch {
    // Storage full or off: the draft still lives in memory.
  }
}

export function dropDraft(contactId: string): void {
  // The store last: whoever is told looks at once, and would find here what is being dropped.
  try {
    sessionStorage.removeItem(PREFIX + contactId);
  } catch {
    // Nothing was stored.
  }
  loaded.delete(contactId);
  drafts.set((before) => {
    const next = new Map(before);
    next.delete(contactId);
    return next;
  });
}
