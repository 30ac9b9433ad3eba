import { type Call, Device } from "@twilio/voice-sdk";
import type { OpenedMicrophone } from "./microphone.ts";
import {
  createPhoneState,
  EXPECT_GRACE_MS,
  type Softphone,
  type SoftphoneState,
  type SoftphoneTicket,
} from "./port.ts";

/** A lost line or a token that could not be had is tried again after this. */
const RENEW_AGAIN_MS = 2_000;

type Ringing = { readonly call: Call; readonly timer: ReturnType<typeof setTimeout> };

/** The carrier's own browser SDK. Loaded only where the house says so: it is a large part of the page. */
export class TwilioSoftphone implements Softphone {
  readonly state = createPhoneState();
  private readonly tokens: readonly string[];
  private readonly freshTokens: () => Promise<readonly string[]>;
  private devices: Device[] = [];
  private current: Call | null = null;
  private ringing: Ringing | null = null;
  private expecting = false;
  private stopped = false;
  private readonly retries = new Set<ReturnType<typeof setTimeout>>();

  constructor(ticket: SoftphoneTicket, microphone: OpenedMicrophone, freshTokens: () => Promise<readonly string[]>) {
    this.tokens = ticket.tokens;
    this.freshTokens = freshTokens;
    this.patch({ microphone: microphone.kind });
    // The SDK opens the device itself: our own handle only proved that we may.
    microphone.close();
  }

  async start(): Promise<void> {
    this.patch({ line: "registering" });
    this.devices = this.tokens.map((token, at) => this.open(token, at));
    await Promise.all(this.devices.map((device) => device.register()));
  }

  expect(on: boolean): void {
    this.expecting = on;
    if (on && this.ringing !== null) this.accept(this.ringing.call);
  }

  mute(on: boolean): void {
    const { call } = this.state.get();
    if (this.current === null || call === null) return;
    this.current.mute(on);
    this.patch({ call: { ...call, muted: on } });
  }

  press(digits: string): void {
    this.current?.sendDigits(digits);
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.retries) clearTimeout(timer);
    this.forgetRinging();
    for (const device of this.devices) device.destroy();
  }

  private open(token: string, at: number): Device {
    const device = new Device(token, { closeProtection: true });
    device.on("registered", () => {
      const all = this.devices.every((one) => one.state === Device.State.Registered);
      if (all) this.patch({ line: "registered", problem: null });
    });
    device.on("unregistered", () => {
      if (this.stopped) return;
      this.patch({ line: "lost" });
      this.renewLater(device, at);
    });
    device.on("error", (problem: { message: string }) => {
      if (this.state.get().line !== "registered") this.patch({ line: "failed", problem: problem.message });
    });
    device.on("incoming", (call: Call) => this.ring(call));
    device.on("tokenWillExpire", () => void this.renew(device, at));
    return device;
  }

  /** A fresh token, and the line again where it was lost; as often as it takes. */
  private async renew(device: Device, at: number): Promise<void> {
    try {
      const next = (await this.freshTokens())[at];
      if (this.stopped || next === undefined) return;
      device.updateToken(next);
      if (device.state === Device.State.Registered) this.patch({ problem: null });
      if (device.state === Device.State.Unregistered) await device.register();
    } catch (problem) {
      if (this.stopped) return;
      this.patch({ problem: problem instanceof Error ? problem.message : String(problem) });
      this.renewLater(device, at);
    }
  }

  private renewLater(device: Device, at: number): void {
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      void this.renew(device, at);
    }, RENEW_AGAIN_MS);
    this.retries.add(timer);
  }

  private ring(call: Call): void {
    call.on("accept", () => this.patch({ call: { callSid: sidOf(call), stage: "connected", muted: call.isMuted() } }));
    for (const event of ["disconnect", "cancel", "reject", "error"] as const) call.on(event, () => this.over(call));
    if (this.current !== null) return call.reject();
    if (this.expecting) return this.accept(call);
    // An older leg that nobody claimed makes way: only the newest can belong to what is accepted next.
    this.ringing?.call.reject();
    this.forgetRinging();
    const timer = setTimeout(() => {
      this.ringing = null;
      call.reject();
    }, EXPECT_GRACE_MS);
    this.ringing = { call, timer };
  }

  private accept(call: Call): void {
    this.forgetRinging();
    this.current = call;
    this.patch({ call: { callSid: sidOf(call), stage: "connecting", muted: false } });
    call.accept();
  }

  private over(call: Call): void {
    if (this.ringing?.call === call) this.forgetRinging();
    if (this.current !== call) return;
    this.current = null;
    this.patch({ call: null });
  }

  private forgetRinging(): void {
    if (this.ringing !== null) clearTimeout(this.ringing.timer);
    this.ringing = null;
  }

  private patch(change: Partial<SoftphoneState>): void {
    this.state.set((before) => ({ ...before, ...change }));
  }
}

function sidOf(call: Call): string {
  return call.parameters.CallSid ?? "";
}
