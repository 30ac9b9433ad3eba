import { createServer, type Server } from "node:http";
import { chance, type Random, randomExponential, seededRandom } from "../../../domain/kernel/random.ts";
import { type Callers, planCaller, reachesQueue } from "./callers.ts";
import { carrier, type Host } from "./house-client.ts";
import { CALM_HABITS, type RobotAgent, seatRobotAgent } from "./robot-agent.ts";

/** Who plays on the demo floor. `accountOf` gives the carrier account that a number belongs to. */
export type FloorCast = {
  readonly agents: readonly { readonly email: string; readonly password: string }[];
  readonly callers: readonly [FloorCallers, ...FloorCallers[]];
};
export type FloorCallers = Callers & { readonly accountSid: string };

/**
 * The demo floor: simulated agents at real desks and simulated callers at the sandbox carrier, so that every board moves
 * from the first minute. It speaks only to a sandbox carrier, so it cannot exist where there is none.
 */
export type DemoFloor = { readonly stop: () => Promise<void> };

/** Share of the simulated agents' time that simulated callers fill; the rest is for the person who looks on. */
const LOAD = 0.6;
const HANDLE_S = 165;
/** A second agent sits down so long after the first: nobody's password is hashed by a crowd. */
const SEATING_GAP_MS = 150;

/** Callers who ring as soon as everybody sits: the boards move before the newcomer has read them. */
const EARLY_CALLERS = 6;
const EARLY_GAP_MS = 1_500;
/** Share of callers who ring although nobody is there: what clients hear of after hours. */
const AFTER_HOURS_SHARE = 0.08;

type Floor = {
  readonly host: Host;
  readonly cast: FloorCast;
  readonly random: Random;
  readonly seated: RobotAgent[];
  readonly log: (line: string) => void;
  paused: boolean;
  next: NodeJS.Timeout | null;
  stopped: boolean;
};

/** Seats the agents, starts the callers, and listens on a loopback port for pause and resume. */
export async function openDemoFloor(
  host: Host,
  cast: FloorCast,
  { seed, port, log }: { readonly seed: number; readonly port: number; readonly log: (line: string) => void },
): Promise<DemoFloor> {
  const random = seededRandom(seed);
  const floor: Floor = { host, cast, random, seated: [], log, paused: false, next: null, stopped: false };
  const server = await listen(floor, port);
  void seatEverybody(floor).then(() => {
    for (let early = 0; early < EARLY_CALLERS; early += 1) {
      setTimeout(() => void ring(floor), early * EARLY_GAP_MS).unref();
    }
    scheduleCaller(floor);
  });
  return { stop: () => closeFloor(floor, server) };
}

async function seatEverybody(floor: Floor): Promise<void> {
  for (const credentials of floor.cast.agents) {
    if (floor.stopped) return;
    try {
      const habits = { ...CALM_HABITS };
      floor.seated.push(await seatRobotAgent(floor.host, credentials, floor.random.fork(credentials.email), habits));
    } catch (error) {
      floor.log(`demo floor: ${credentials.email} could not sit down: ${String(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, SEATING_GAP_MS));
  }
}

function scheduleCaller(floor: Floor): void {
  if (floor.stopped) return;
  const meanGapMs = (HANDLE_S * 1_000) / (Math.max(1, floor.cast.agents.length) * LOAD) / floor.host.speed;
  floor.next = setTimeout(
    () => {
      void ring(floor);
      scheduleCaller(floor);
    },
    randomExponential(floor.random, meanGapMs),
  );
}

async function ring(floor: Floor): Promise<void> {
  if (floor.paused || floor.stopped) return;
  const callers = pickCallers(floor);
  const call = planCaller(callers, floor.random);
  try {
    await carrier(floor.host, "POST", `/sandbox/accounts/${callers.accountSid}/calls`, call);
  } catch (error) {
    floor.log(`demo floor: a call could not be placed: ${String(error)}`);
  }
}

function pickCallers({ cast, random }: Floor): FloorCallers {
  const open = cast.callers.filter(reachesQueue);
  const some = open.length === 0 || chance(random, AFTER_HOURS_SHARE) ? cast.callers : open;
  return some[Math.floor(random.next() * some.length)] ?? cast.callers[0];
}

/** `GET /` tells whether the floor is paused; `POST /` with `{"paused": true}` pauses it, `false` lets it go on. */
async function listen(floor: Floor, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ paused: floor.paused, agents: floor.seated.length }));
    };
    if (request.method !== "POST") return answer();
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body = (body + chunk.toString("utf8")).slice(0, 200);
    });
    request.on("end", () => {
      floor.paused = /"paused"\s*:\s*true/.test(body);
      // Whoever looks on has the floor then, with every call that comes.
      for (const agent of floor.seated) agent.rest(floor.paused);
      answer();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

async function closeFloor(floor: Floor, server: Server): Promise<void> {
  floor.stopped = true;
  if (floor.next !== null) clearTimeout(floor.next);
  await Promise.all(floor.seated.map((agent) => agent.stop()));
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
