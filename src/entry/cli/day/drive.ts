import { type Random, seededRandom } from "../../../domain/kernel/random.ts";
import { idOf } from "../../../features/tenants/index.ts";
import { type PlannedCall, planCalls, planWaiter, reachesQueue } from "../floor/callers.ts";
import type { Cast } from "../floor/cast.ts";
import { carrier } from "../floor/house-client.ts";
import { CALM_HABITS, type Habits, type RobotAgent, seatRobotAgent } from "../floor/robot-agent.ts";
import type { Stack } from "../stack.ts";
import { readSetup } from "../tenant-files.ts";
import { type Chaos, startChaos } from "./chaos.ts";

export type Driven = {
  readonly placed: number;
  /** Calls that the carrier would not even take; each is a mismatch. */
  readonly notPlaced: readonly string[];
  readonly agents: readonly RobotAgent[];
  readonly evictions: number;
};

/** Mean seconds of an agent's time that one call takes, wrap-up included; sets how long the day must be. */
const HANDLE_S = 130;
/** Share of the agents' time that the calls fill: busy, with queues, but not hopeless. */
const OCCUPANCY = 0.72;
const HABITS: Habits = { ...CALM_HABITS, talkS: 110, wrapUpS: 12 };
/** Seats are taken before the first call. */
const SETTLE_MS = 1_500;

/** House milliseconds over which so many calls arrive at so many seats. */
export function windowFor(calls: number, seats: number): number {
  return Math.ceil((calls * HANDLE_S * 1_000) / (seats * OCCUPANCY));
}

/** Seats every agent, lets the callers ring over the window, and waits until the carrier has no live call. */
export async function driveDay(
  stack: Stack,
  cast: Cast,
  options: {
    readonly calls: number;
    readonly seed: number;
    readonly faults: boolean;
    readonly log: (line: string) => void;
  },
): Promise<Driven> {
  const random = seededRandom(options.seed);
  const agents = await seatEverybody(stack, cast, random);
  options.log(`${agents.length} simulated agents have sat down`);
  await sleep(SETTLE_MS);
  const windowMs = windowFor(options.calls, agents.length);
  const waiters = planWaiters(cast, random.fork("waiters")).slice(0, options.calls);
  const plan = planCalls(cast.callers, options.calls - waiters.length, windowMs, random.fork("plan"));
  const realMs = windowMs / stack.host.speed;
  options.log(
    `${plan.length} calls over ${Math.round(windowMs / 60_000)} house minutes (${Math.round(realMs / 1_000)} s)`,
  );
  const live = new Map<string, { accountSid: string; tenantId: string }>();
  const chaos = options.faults ? await startFaults(stack, random, live, realMs) : null;
  const notPlaced = await placeCalls(stack, cast, plan, live);
  await untilQuiet(stack);
  await chaos?.stop();
  // Wrap-ups of the last conversations are said before anybody leaves.
  await sleep(SETTLE_MS);
  await Promise.all(agents.map((agent) => agent.stop()));
  options.log(`the agents have left; ${waiters.length} callers wait in vain`);
  notPlaced.push(...(await placeCalls(stack, cast, waiters, live)));
  await untilQuiet(stack);
  const placed = plan.length + waiters.length - notPlaced.length;
  return { placed, notPlaced, agents, evictions: chaos?.evictions() ?? 0 };
}

/** House seconds that a caller of the late hour waits: more than any target allows. */
const WAIT_IN_VAIN_S = 90;

/** When nobody is there any more somebody calls each number that leads to a queue: a service level is truly missed. */
function planWaiters(cast: Cast, random: Random): PlannedCall[] {
  return cast.callers
    .filter(reachesQueue)
    .map((callers, at) => ({ atMs: at * 2_000, ...planWaiter(callers, random, WAIT_IN_VAIN_S) }));
}

async function seatEverybody(stack: Stack, cast: Cast, random: Random): Promise<RobotAgent[]> {
  const seats: RobotAgent[] = [];
  for (const email of cast.agents) {
    const credentials = { email, password: stack.password };
    seats.push(await seatRobotAgent(stack.host, credentials, random.fork(email), HABITS));
  }
  return seats;
}

function startFaults(
  stack: Stack,
  random: Random,
  live: Map<string, { accountSid: string; tenantId: string }>,
  realMs: number,
): Promise<Chaos> {
  const pools = Object.keys(readSetup().house.pools).map((slug) => idOf.pool(slug));
  return startChaos(stack, random.fork("chaos"), { pools, live, databaseStopsAfterMs: realMs * 0.4 });
}

/** Each call at its own instant, whatever became of those before it: an open stream, as real callers are. */
async function placeCalls(
  stack: Stack,
  cast: Cast,
  plan: readonly PlannedCall[],
  live: Map<string, { accountSid: string; tenantId: string }>,
): Promise<string[]> {
  const startedAt = stack.host.now();
  const notPlaced: string[] = [];
  const placing: Promise<void>[] = [];
  for (const call of plan) {
    const dueMs = (call.atMs - (stack.host.now() - startedAt)) / stack.host.speed;
    if (dueMs > 0) await sleep(dueMs);
    placing.push(
      place(stack, cast, call, live).catch((error: unknown) => {
        notPlaced.push(String(error));
      }),
    );
  }
  await Promise.all(placing);
  return notPlaced;
}

/** Long enough for any call to be over; only then is its object no longer worth evicting. */
const LIVE_MS = 15 * 60_000;

async function place(
  stack: Stack,
  cast: Cast,
  { atMs: _at, ...call }: PlannedCall,
  live: Map<string, { accountSid: string; tenantId: string }>,
): Promise<void> {
  const accountSid = cast.callers.find(({ e164 }) => e164 === call.to)?.accountSid ?? "";
  const tenantId = stack.applied.tenants.find(({ account }) => account.accountSid === accountSid)?.tenantId ?? "";
  const { callSid } = await carrier<{ callSid: string }>(
    stack.host,
    "POST",
    `/sandbox/accounts/${accountSid}/calls`,
    call,
  );
  live.set(callSid, { accountSid, tenantId });
  setTimeout(() => live.delete(callSid), LIVE_MS / stack.host.speed).unref();
}

const QUIET_POLL_MS = 250;
const QUIET_DEADLINE_MS = 240_000;

/** The day is over when the carrier has no live call. A call that never ends is told as such by reconciliation. */
async function untilQuiet(stack: Stack): Promise<void> {
  const deadline = Date.now() + QUIET_DEADLINE_MS;
  while (Date.now() < deadline) {
    const { liveCalls } = await carrier<{ liveCalls: number }>(stack.host, "GET", "/sandbox/health");
    if (liveCalls === 0) return;
    await sleep(QUIET_POLL_MS);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
