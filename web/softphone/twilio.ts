import { type Call, Device } from "@twilio/voice-sdk";
import type { OpenedMicrophone } from "./microphone.ts";
import { createPhoneState, EXPECT_GRACE_MS, type Softphone, type SoftphoneTicket } from "./port.ts";

/** The carrier's own browser SDK. Loaded only where the house says so: it is a large part of the page. */
export function twilioSoftphone(
  ticket: SoftphoneTicket,
  microphone: OpenedMicrophone,
  freshTokens: () => Promise<readonly string[]>,
): Softphone {
  const state = createPhoneState();
  state.set((before) => ({ ...before, microphone: microphone.kind }));
  // The SDK opens the device itself: our own handle only proved that we may.
  microphone.close();
  const tokens = ticket.tokens ?? (ticket.token === undefined ? [] : [ticket.token]);
  let devices: Device[] = [];
  let current: Call | null = null;
  let waiting: { call: Call; timer: ReturnType<typeof setTimeout> } | null = null;
  let expecting = false;

  const patch = (change: Partial<ReturnType<typeof state.get>>): void =>
    state.set((before) => ({ ...before, ...change }));
  const sidOf = (call: Call): string => call.parameters.CallSid ?? "";

  const accept = (call: Call): void => {
    if (waiting !== null) clearTimeout(waiting.timer);
    waiting = null;
    current = call;
    patch({ call: { callSid: sidOf(call), stage: "connecting", muted: false } });
    call.accept();
  };

  const over = (call: Call): void => {
    if (waiting?.call === call) {
      clearTimeout(waiting.timer);
      waiting = null;
    }
    if (current !== call) return;
    current = null;
    patch({ call: null });
  };

  const ring = (call: Call): void => {
    call.on("accept", () => patch({ call: { callSid: sidOf(call), stage: "connected", muted: call.isMuted() } }));
    for (const event of ["disconnect", "cancel", "reject", "error"] as const) call.on(event, () => over(call));
    if (current !== null) return call.reject();
    if (expecting) return accept(call);
    const timer = setTimeout(() => {
      waiting = null;
      call.reject();
    }, EXPECT_GRACE_MS);
    waiting = { call, timer };
  };

  const registered = (): void => {
    if (devices.every((device) => device.state === Device.State.Registered))
      patch({ line: "registered", problem: null });
  };

  const open = (token: string, at: number): Device => {
    const device = new Device(token, { closeProtection: true });
    device.on("registered", registered);
    device.on("unregistered", () => patch({ line: "lost" }));
    device.on("error", (problem: { message: string }) => {
      if (state.get().line !== "registered") patch({ line: "failed", problem: problem.message });
    });
    device.on("incoming", ring);
    device.on("tokenWillExpire", () => {
      void freshTokens().then((fresh) => {
        const next = fresh[at];
        if (next !== undefined) device.updateToken(next);
      });
    });
    return device;
  };

  return {
    state,
    start: async () => {
      patch({ line: "registering" });
      devices = tokens.map(open);
      await Promise.all(devices.map((device) => device.register()));
    },
    expect: (on) => {
      expecting = on;
      if (on && waiting !== null) accept(waiting.call);
    },
    mute: (on) => {
      const call = state.get().call;
      if (current === null || call === null) return;
      current.mute(on);
      patch({ call: { ...call, muted: on } });
    },
    press: (digits) => current?.sendDigits(digits),
    stop: () => {
      if (waiting !== null) clearTimeout(waiting.timer);
      for (const device of devices) device.destroy();
    },
  };
}
