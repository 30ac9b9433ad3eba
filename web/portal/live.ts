import { useEffect, useState } from "react";
import type { LiveContact, QueueToday } from "../../src/domain/call/live.ts";
import { Link, type LinkState } from "../live/link.ts";
import { createStore, type Store, useStore } from "../live/store.ts";

type QueueRow = QueueToday & { readonly queueId: string; readonly serviceLevel: number | null };
export type TodayFrame = { readonly day: string; readonly contacts: number; readonly queues: readonly QueueRow[] };

/** Frames of the client's own socket: whole at the start and on request, then only what changed. */
type LiveFrame = {
  readonly kind: "snapshot" | "change";
  readonly today: TodayFrame;
  readonly live?: readonly LiveContact[];
  readonly changed?: readonly LiveContact[];
  readonly gone?: readonly string[];
};

export type LiveState = {
  readonly link: LinkState;
  readonly heardAt: number;
  readonly today: TodayFrame | null;
  readonly contacts: ReadonlyMap<string, LiveContact>;
};

const EMPTY: LiveState = { link: "connecting", heardAt: 0, today: null, contacts: new Map() };

export function foldFrame(before: LiveState, frame: LiveFrame, heardAt: number): LiveState {
  const contacts = new Map(frame.kind === "snapshot" ? [] : before.contacts);
  for (const one of frame.live ?? frame.changed ?? []) contacts.set(one.contactId, one);
  for (const id of frame.gone ?? []) contacts.delete(id);
  return { ...before, heardAt, today: frame.today, contacts };
}

export function useLive(): LiveState {
  const [store] = useState<Store<LiveState>>(() => createStore(EMPTY));
  useEffect(() => {
    const link = new Link("/api/portal/socket", {
      alive: () => store.set((before) => ({ ...before, heardAt: performance.now() })),
      state: (next) => store.set((before) => (before.link === next ? before : { ...before, link: next })),
      frame: (frame) =>
        store.set((before) => foldFrame(before, frame as LiveFrame & { seq: number }, performance.now())),
    });
    return () => link.close();
  }, [store]);
  return useStore(store, (state) => state);
}
