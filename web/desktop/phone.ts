import { read } from "../api/http.ts";
import { createStore, type Store } from "../live/store.ts";
import { lookForMicrophone, type OpenedMicrophone, openMicrophone, silence } from "../softphone/microphone.ts";
import { createPhoneState, type Softphone, type SoftphoneState, type SoftphoneTicket } from "../softphone/port.ts";

/** The desktop's hold on its softphone: finds out which one the house wants, opens the microphone, starts and stops it. */
export type Phone = {
  readonly state: Store<SoftphoneState>;
  /** Begins or gives up the telephone of this window. */
  readonly own: (on: boolean) => void;
  /** The agent clicked: ask for the microphone, or look again after mending it. */
  readonly allow: () => void;
  readonly expect: (on: boolean) => void;
  readonly mute: (on: boolean) => void;
  readonly press: (digit: string) => void;
  readonly close: () => void;
};

const TICKET_RETRY_MS = 5_000;

export function openPhone(): Phone {
  const state = createPhoneState();
  const live = createStore<Softphone | null>(null);
  let owned = false;
  let turn = 0;
  let expecting = false;
  let unfollow: (() => void) | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const patch = (change: Partial<SoftphoneState>): void => state.set((before) => ({ ...before, ...change }));

  const stop = (): void => {
    turn += 1;
    clearTimeout(retry);
    unfollow?.();
    unfollow = null;
    live.get()?.stop();
    live.set(() => null);
    state.set((before) => ({ microphone: before.microphone, line: "off", problem: null, call: null }));
  };

  const begin = async (asked: boolean): Promise<void> => {
    stop();
    const mine = turn;
    const stale = (): boolean => mine !== turn || !owned;
    try {
      const ticket = await readTicket();
      if (stale()) return;
      const silenceWillDo = ticket.kind === "sandbox";
      const seen = await lookForMicrophone(silenceWillDo);
      if (stale()) return;
      if (!asked && seen !== "real" && seen !== "silent") return patch({ microphone: seen });
      const opened = seen === "silent" ? silence() : await openMicrophone(silenceWillDo);
      if (opened === "refused" || opened === "missing") return patch({ microphone: opened });
      if (stale()) return opened.close();
      const softphone = await make(ticket, opened);
      if (stale()) return softphone.stop();
      live.set(() => softphone);
      unfollow = softphone.state.subscribe(() => state.set(() => softphone.state.get()));
      state.set(() => softphone.state.get());
      softphone.expect(expecting);
      await softphone.start();
    } catch (problem) {
      if (stale()) return;
      patch({ line: "failed", problem: problem instanceof Error ? problem.message : String(problem) });
      retry = setTimeout(() => void begin(asked), TICKET_RETRY_MS);
    }
  };

  return {
    state,
    own: (on) => {
      if (on === owned) return;
      owned = on;
      if (on) void begin(false);
      else stop();
    },
    allow: () => void begin(true),
    expect: (on) => {
      expecting = on;
      live.get()?.expect(on);
    },
    mute: (on) => live.get()?.mute(on),
    press: (digit) => live.get()?.press(digit),
    close: () => {
      owned = false;
      stop();
    },
  };
}

async function make(ticket: SoftphoneTicket, microphone: OpenedMicrophone): Promise<Softphone> {
  if (ticket.kind === "sandbox") {
    const { SandboxSoftphone } = await import("../softphone/sandbox.ts");
    return new SandboxSoftphone(ticket, microphone);
  }
  const { TwilioSoftphone } = await import("../softphone/twilio.ts");
  return new TwilioSoftphone(ticket, microphone, async () => (await readTicket()).tokens);
}

function readTicket(): Promise<SoftphoneTicket> {
  return read<SoftphoneTicket>("/api/agent/softphone");
}
