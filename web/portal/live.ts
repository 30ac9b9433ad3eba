import { useEffect, useState } from "react";
import { type LiveContact, type QueueToday, serviceLevel } from "../../src/domain/call/live.ts";
import type { PortalToday } from "../../src/features/contacts/schema.ts";
import { Link, type LinkState } from "../live/link.ts";
import { createStore, type Store, useStore } from "../live/store.ts";

type QueueRow = QueueToday & { readonly queueId: string; readonly serviceLevel: number | null };
export type TodayFrame = { readonly day: string; readonly contacts: number; readonly queues: readonly QueueRow[] };

export type Numbers = Pick<PortalToday, "offered" | "answered" | "abandoned" | "shortAbandoned" | "serviceLevel">;

/** The socket's count of a queue where it has one for this day; the record's otherwise. The socket is seconds ahead. */
export function freshest(day: string, frame: TodayFrame | null, queueId: string, stored: Numbers): Numbers {
  const live = frame?.day === day ? frame.queues.find((one) => one.queueId === queueId) : undefined;
  return live !== undefined && live.offered >= stored.offered ? live : stored;
}

/** The same of the whole day: contacts that came, and all stays in queues together, so that tiles and rows agree. */
export function freshestDay(frame: TodayFrame | null, stored: Numbers & { readonly day: string }): Numbers {
  if (frame === null || frame.day !== stored.day || frame.contacts < stored.offered) return stored;
  const sum = (what: keyof QueueToday) => frame.queues.reduce((total, queue) => total + queue[what], 0);
  const all = {
    answered: sum("answered"),
    abandoned: sum("abandoned"),
    shortAbandoned: sum("shortAbandoned"),
    overflowed: sum("overflowed"),
    withinTarget: sum("withinTarget"),
  };
  return { ...all, offered: frame.contacts, serviceLevel: serviceLevel({ ...all, offered: sum("offered") }) };
}

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
