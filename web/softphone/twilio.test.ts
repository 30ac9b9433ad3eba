import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EXPECT_GRACE_MS } from "./port.ts";
import { TwilioSoftphone } from "./twilio.ts";

/** The SDK as its documentation has it: a device per token, calls that emit what happened to them. */
const sdk = vi.hoisted(() => {
  class Emitter {
    private readonly heard = new Map<string, ((...given: unknown[]) => void)[]>();
    on(event: string, listener: (...given: unknown[]) => void): void {
      this.heard.set(event, [...(this.heard.get(event) ?? []), listener]);
    }
    emit(event: string, ...given: unknown[]): void {
      for (const listener of this.heard.get(event) ?? []) listener(...given);
    }
  }
  const devices: FakeDevice[] = [];
  class FakeDevice extends Emitter {
    static State = { Registered: "registered", Unregistered: "unregistered", Destroyed: "destroyed" };
    state = "unregistered";
    token: string;
    readonly tokens: string[] = [];
    constructor(token: string) {
      super();
      this.token = token;
      devices.push(this);
    }
    async register(): Promise<void> {
      this.state = "registered";
      this.emit("registered");
    }
    updateToken(token: string): void {
      this.token = token;
      this.tokens.push(token);
    }
    drop(): void {
      this.state = "unregistered";
      this.emit("unregistered");
    }
    destroy(): void {
      this.state = "destroyed";
      this.emit("unregistered");
    }
  }
  class FakeCall extends Emitter {
    readonly parameters: { CallSid: string };
    readonly did: string[] = [];
    private muted = false;
    constructor(callSid: string) {
      super();
      this.parameters = { CallSid: callSid };
    }
    accept(): void {
      this.did.push("accept");
      this.emit("accept");
    }
    reject(): void {
      this.did.push("reject");
      this.emit("reject");
    }
    mute(on: boolean): void {
      this.muted = on;
      this.did.push(on ? "mute" : "unmute");
    }
    isMuted(): boolean {
      return this.muted;
    }
    sendDigits(digits: string): void {
      this.did.push(`digits ${digits}`);
    }
  }
  return { devices, FakeDevice, FakeCall };
});
vi.mock("@twilio/voice-sdk", () => ({ Device: sdk.FakeDevice }));

beforeEach(() => {
  vi.useFakeTimers();
  sdk.devices.splice(0);
});
afterEach(() => {
  vi.useRealTimers();
});

async function started(freshTokens: () => Promise<readonly string[]> = async () => ["fresh-1", "fresh-2"]) {
  const closed = vi.fn();
  const ticket = { kind: "twilio", identity: "agent_1", tokens: ["token-1", "token-2"], url: null } as const;
  const phone = new TwilioSoftphone(ticket, { kind: "real", stream: {} as never, close: closed }, freshTokens);
  await phone.start();
  const [first, second] = sdk.devices;
  if (first === undefined || second === undefined) throw new Error("a device for each token");
  return { phone, first, second, closed };
}

test("registers one device for each account, and gives the microphone to the SDK", async () => {
  const { phone, first, second, closed } = await started();
  expect([first.token, second.token]).toEqual(["token-1", "token-2"]);
  expect(phone.state.get()).toMatchObject({ line: "registered", microphone: "real", call: null, problem: null });
  expect(closed).toHaveBeenCalledOnce();
});

test("a leg is taken at once when it is expected, on whichever account it rings", async () => {
  const { phone, second } = await started();
  phone.expect(true);
  const call = new sdk.FakeCall("CA1");
  second.emit("incoming", call);
  expect(call.did).toEqual(["accept"]);
  expect(phone.state.get().call).toEqual({ callSid: "CA1", stage: "connected", muted: false });
});

test("a leg that rings before its acceptance is known waits for it a while, and no longer", async () => {
  const { phone, first } = await started();
  const early = new sdk.FakeCall("CA1");
  first.emit("incoming", early);
  expect(early.did).toEqual([]);
  phone.expect(true);
  expect(early.did).toEqual(["accept"]);
  early.emit("disconnect");
  phone.expect(false);
  const nobodys = new sdk.FakeCall("CA2");
  first.emit("incoming", nobodys);
  vi.advanceTimersByTime(EXPECT_GRACE_MS);
  expect(nobodys.did).toEqual(["reject"]);
});

test("while one call is on, another leg is turned away; of two unclaimed ones the newer stays", async () => {
  const { phone, first, second } = await started();
  const [older, newer, third] = ["CA1", "CA2", "CA3"].map((sid) => new sdk.FakeCall(sid));
  first.emit("incoming", older);
  second.emit("incoming", newer);
  expect(older?.did).toEqual(["reject"]);
  phone.expect(true);
  expect(newer?.did).toEqual(["accept"]);
  first.emit("incoming", third);
  expect(third?.did).toEqual(["reject"]);
  expect(phone.state.get().call?.callSid).toBe("CA2");
});

test("mutes, sends digits, and forgets the call when it is over", async () => {
  const { phone, first } = await started();
  phone.expect(true);
  const call = new sdk.FakeCall("CA1");
  first.emit("incoming", call);
  phone.mute(true);
  expect(phone.state.get().call?.muted).toBe(true);
  phone.press("12#");
  phone.mute(false);
  expect(call.did).toEqual(["accept", "mute", "digits 12#", "unmute"]);
  call.emit("disconnect");
  expect(phone.state.get().call).toBeNull();
  phone.press("5");
  expect(call.did).toHaveLength(4);
});

test.each(["cancel", "disconnect", "reject", "error"])(
  "a call that ends by %s leaves the phone free",
  async (event) => {
    const { phone, first } = await started();
    phone.expect(true);
    const call = new sdk.FakeCall("CA1");
    first.emit("incoming", call);
    call.emit(event, new Error("media"));
    expect(phone.state.get().call).toBeNull();
  },
);

test("a token is renewed before it ends, for its own device, and again when the house did not answer", async () => {
  const fresh = vi.fn<() => Promise<readonly string[]>>();
  fresh.mockRejectedValueOnce(new Error("the house is away")).mockResolvedValue(["fresh-1", "fresh-2"]);
  const { phone, first, second } = await started(fresh);
  second.emit("tokenWillExpire");
  await vi.advanceTimersByTimeAsync(0);
  expect(second.tokens).toEqual([]);
  expect(phone.state.get()).toMatchObject({ line: "registered", problem: "the house is away" });
  await vi.advanceTimersByTimeAsync(2_000);
  expect([first.tokens, second.tokens]).toEqual([[], ["fresh-2"]]);
  expect(phone.state.get().problem).toBeNull();
});

test("a lost line says so and comes back by itself; an error before registration is told in words", async () => {
  const { phone, first } = await started();
  first.drop();
  expect(phone.state.get().line).toBe("lost");
  first.emit("error", { message: "AccessTokenExpired (20104)" });
  expect(phone.state.get()).toMatchObject({ line: "failed", problem: "AccessTokenExpired (20104)" });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(phone.state.get()).toMatchObject({ line: "registered", problem: null });
  expect(first.token).toBe("fresh-1");
});

test("a phone that is put down stays down", async () => {
  const { phone, first } = await started();
  const call = new sdk.FakeCall("CA1");
  first.emit("incoming", call);
  phone.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(first.state).toBe("destroyed");
  expect([phone.state.get().line, call.did]).toEqual(["registered", []]);
});
