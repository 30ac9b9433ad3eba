import type {
  ActiveContact,
  AgentView,
  DesktopCommand,
  DesktopFrame,
  Offer,
} from "../../src/features/routing/schema.ts";
import { Link, type LinkState } from "../live/link.ts";
import { createStore, type Store } from "../live/store.ts";

export type StateChoice = { readonly to: "ready" | "not_ready" | "off_shift"; readonly reason: NotReadyReason | null };
export type NotReadyReason = "break" | "lunch" | "training" | "meeting" | "after_work" | "missed" | "device";
export type { ActiveContact, AgentView, Offer };

type QueueStats = Extract<DesktopFrame, { kind: "queue" }>["queue"];

export type DeskState = {
  readonly link: LinkState;
  /** Browser's monotonic time of the last frame: what the age of the figures is counted from. */
  readonly heardAt: number;
  readonly view: AgentView | null;
  readonly queue: QueueStats | null;
  /** A choice shown before the house has agreed; it goes back when the house refuses. */
  readonly choosing: StateChoice | null;
  readonly accepting: string | null;
  /** Code of the last refusal, or `no_reply`. */
  readonly notice: string | null;
};

type Wish = DesktopCommand extends infer One ? (One extends { id: string } ? Omit<One, "id"> : never) : never;
type Reply = { readonly ok: boolean; readonly code: string | null };

export type Desk = {
  readonly state: Store<DeskState>;
  readonly choose: (choice: StateChoice) => Promise<boolean>;
  readonly cancelNext: () => void;
  readonly accept: (reservationId: string) => void;
  readonly decline: (reservationId: string) => void;
  readonly extendWrapUp: (reservationId: string) => void;
  readonly claimPhone: () => void;
  readonly dismiss: () => void;
  readonly close: () => void;
};

const REPLY_DEADLINE_MS = 4_000;

/** The agent's end of the seat pool: what the pool last said, and commands with their answers. */
export function openDesk(): Desk {
  const state = createStore<DeskState>({
    link: "connecting",
    heardAt: 0,
    view: null,
    queue: null,
    choosing: null,
    accepting: null,
    notice: null,
  });
  const patch = (change: Partial<DeskState>): void => state.set((before) => ({ ...before, ...change }));
  const waiting = new Map<string, (reply: Reply) => void>();

  const link = new Link("/api/agent/socket", {
    alive: () => patch({ heardAt: performance.now() }),
    state: (next) => {
      if (state.get().link !== next) patch({ link: next });
    },
    frame: (raw) => {
      const frame = raw as DesktopFrame;
      const heardAt = performance.now();
      if (frame.kind === "agent") patch({ ...afterView(state.get(), frame.agent), queue: frame.queue, heardAt });
      else if (frame.kind === "queue") patch({ queue: frame.queue, heardAt });
      else if (frame.kind === "reply") {
        waiting.get(frame.id)?.({ ok: frame.ok, code: frame.code });
        patch({ heardAt });
      } else patch({ heardAt });
    },
  });

  const command = (wish: Wish): Promise<Reply> =>
    new Promise((resolve) => {
      const id = crypto.randomUUID();
      const timer = setTimeout(() => settle({ ok: false, code: "no_reply" }), REPLY_DEADLINE_MS);
      const settle = (reply: Reply): void => {
        clearTimeout(timer);
        waiting.delete(id);
        if (!reply.ok) patch({ notice: reply.code ?? "refused" });
        resolve(reply);
      };
      waiting.set(id, settle);
      if (!link.send({ ...wish, id })) settle({ ok: false, code: "no_reply" });
    });

  return {
    state,
    choose: async (choice) => {
      patch({ choosing: choice, notice: null });
      const reply = await command({ cmd: "set_state", ...choice });
      patch({ choosing: null });
      return reply.ok;
    },
    cancelNext: () => void command({ cmd: "cancel_next_state" }),
    accept: (reservationId) => {
      patch({ accepting: reservationId, notice: null });
      void command({ cmd: "accept", reservationId }).then((reply) => {
        if (!reply.ok) patch({ accepting: null });
      });
    },
    decline: (reservationId) => void command({ cmd: "decline", reservationId }),
    extendWrapUp: (reservationId) => void command({ cmd: "extend_wrap_up", reservationId }),
    claimPhone: () => void command({ cmd: "use_here" }),
    dismiss: () => patch({ notice: null }),
    close: () => {
      link.close();
      for (const settle of [...waiting.values()]) settle({ ok: false, code: "no_reply" });
    },
  };
}

/** A fresh view ends what was shown ahead of it: the acceptance once the offer has gone. */
export function afterView(before: DeskState, view: AgentView): Partial<DeskState> {
  const offered = view.offer?.reservationId ?? null;
  return { view, accepting: before.accepting === offered ? before.accepting : null };
}

/** The state to show now: the agent's fresh choice where it takes effect at once, else what the pool says. */
export function shownState(
  desk: DeskState,
): { state: AgentView["state"]; reason: string | null; since: number | null } | null {
  const { view, choosing } = desk;
  if (view === null) return null;
  const free = view.contact === null && view.offer === null;
  if (choosing !== null && free) return { state: choosing.to, reason: choosing.reason, since: view.since };
  return { state: view.state, reason: view.reason, since: view.since };
}
