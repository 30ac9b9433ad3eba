import type { Instant } from "../../../../domain/kernel/instant.ts";
import { chance, type Random } from "../../../../domain/kernel/random.ts";
import { assert } from "../../../../domain/kernel/step.ts";
import type { LegMessage, ToClient } from "../browser-protocol.ts";
import type { Effect, ExchangeEvent } from "./events.ts";
import type { Call, Callback, Exchange, TimerWork } from "./state.ts";

/** One step in the making: the exchange, the time and chance given from outside, and what the step has brought about. */
export type World = {
  readonly exchange: Exchange;
  readonly now: Instant;
  readonly random: Random;
  readonly newSid: (prefix: "CA" | "CF" | "RE" | "SM" | "RQ") => string;
  /** The sandbox's own address, for the links it gives out. */
  readonly base: string;
  /** House seconds in a real second: what is set in real time (delays of faults) is multiplied by it. */
  readonly speed: number;
  readonly effects: Effect[];
  /** Rows changed, as `call/CA…`, `timer/…`: what the shell must save. */
  readonly touched: Set<string>;
  /** Events raised by this step's own parts, worked off in order before the step ends. */
  readonly raised: ExchangeEvent[];
};

/** A held-back callback goes out by itself when no other of its order has come after this long in real time. */
const HELD_BACK_REAL_MS = 2_000;
const DUPLICATE_AFTER_REAL_MS = 150;

export function accountOf(world: World): NonNullable<Exchange["account"]> {
  const account = world.exchange.account;
  assert(account !== null, "an exchange does nothing before its account is set");
  return account;
}

export function setTimer(world: World, key: string, at: Instant, work: TimerWork): void {
  world.exchange.timers.set(key, { at, work });
  world.touched.add(`timer/${key}`);
}

export function clearTimer(world: World, key: string): void {
  if (world.exchange.timers.delete(key)) world.touched.add(`timer/${key}`);
}

/** Ends every timer of an owner: keys are `<owner sid>/<name>`. */
export function clearTimersOf(world: World, owner: string): void {
  for (const key of world.exchange.timers.keys()) {
    if (key.startsWith(`${owner}/`)) clearTimer(world, key);
  }
}

export function touchCall(world: World, call: Call): void {
  call.updatedAt = world.now;
  world.touched.add(`call/${call.sid}`);
}

/** Tells the browser at the far end of a leg, if there is one. */
export function tell(world: World, call: Call, message: LegMessage): void {
  const handset = handsetOf(call);
  if (handset !== null) world.effects.push({ do: "tell", handset, message });
}

export function tellHandset(world: World, handset: string, message: LegMessage | ToClient): void {
  world.effects.push({ do: "tell", handset, message });
}

export function handsetOf(call: Call): string | null {
  return call.device.kind === "phone" || call.device.kind === "client" ? call.device.handset : null;
}

/** Sends a status callback, or spoils it as the faults ask: lost, late, twice, or after the one that follows. */
export function notify(world: World, callback: Callback): void {
  const { faults, heldBack } = world.exchange;
  if (chance(world.random, faults.drop)) return;
  const held = heldBack.get(callback.orderKey);
  if (held === undefined && chance(world.random, faults.reorder)) {
    heldBack.set(callback.orderKey, callback);
    world.touched.add(`held/${callback.orderKey}`);
    setTimer(world, `held-back/${callback.orderKey}`, world.now + HELD_BACK_REAL_MS * world.speed, {
      kind: "held_back_due",
      orderKey: callback.orderKey,
    });
    return;
  }
  send(world, callback);
  if (held !== undefined) releaseHeldBack(world, callback.orderKey);
}

export function releaseHeldBack(world: World, orderKey: string): void {
  const held = world.exchange.heldBack.get(orderKey);
  if (held === undefined) return;
  world.exchange.heldBack.delete(orderKey);
  world.touched.add(`held/${orderKey}`);
  clearTimer(world, `held-back/${orderKey}`);
  send(world, held);
}

function send(world: World, callback: Callback): void {
  const { faults } = world.exchange;
  if (chance(world.random, faults.delay)) later(world, callback, "late", faults.delayMs);
  else world.effects.push({ do: "notify", callback });
  if (chance(world.random, faults.duplicate)) later(world, callback, "again", DUPLICATE_AFTER_REAL_MS);
}

function later(world: World, callback: Callback, why: string, realMs: number): void {
  setTimer(world, `callback/${callback.id}/${why}`, world.now + realMs * world.speed, {
    kind: "callback_due",
    callback,
  });
}
