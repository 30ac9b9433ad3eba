import type WebSocket from "ws";
import { chance, type Random, randomExponential, randomLognormal, randomPick } from "../../../domain/kernel/random.ts";
import type {
  ActiveContact,
  AgentView,
  DesktopCommand,
  DesktopFrame,
  Offer,
} from "../../../features/routing/schema.ts";
import { type Host, HouseProblem, type Session, signIn } from "./house-client.ts";
import { connectSoftphone, type RobotSoftphone } from "./robot-softphone.ts";

/** How a simulated agent behaves. Seconds are house seconds; shares are probabilities. */
export type Habits = {
  readonly answerAfterS: number;
  readonly declineShare: number;
  readonly missShare: number;
  /** Mean length of a conversation that the agent ends; the caller may end it sooner. */
  readonly talkS: number;
  readonly holdShare: number;
  readonly wrapUpS: number;
  /** Share of wrap-ups left to the timer. */
  readonly forgetShare: number;
  readonly successShare: number;
};

export const CALM_HABITS: Habits = {
  answerAfterS: 3,
  declineShare: 0.02,
  missShare: 0.01,
  talkS: 150,
  holdShare: 0.12,
  wrapUpS: 15,
  forgetShare: 0.05,
  successShare: 0.3,
};

/** What the agent itself saw happen: an independent witness that reconciliation compares with the facts. */
export type AgentWitness = {
  offered: number;
  answered: number;
  /** Real milliseconds from the pool's decision (made in the event that brought caller and seat together) to this desk. */
  readonly offerDelaysMs: number[];
  /** Contacts that were on this desk twice at once, or two at a time: must stay empty. */
  readonly doubleBooked: string[];
  readonly problems: string[];
};

export type RobotAgent = {
  readonly witness: AgentWitness;
  readonly agentId: () => string | null;
  /** On a break as soon as no contact is in hand, or back from it. */
  readonly rest: (on: boolean) => void;
  readonly stop: () => Promise<void>;
};

type Credentials = { readonly email: string; readonly password: string };

type Desk = {
  readonly host: Host;
  readonly credentials: Credentials;
  session: Session;
  readonly random: Random;
  readonly habits: Habits;
  readonly witness: AgentWitness;
  socket: WebSocket | null;
  phone: RobotSoftphone | null;
  view: AgentView | null;
  readonly handled: Set<string>;
  readonly timers: Set<NodeJS.Timeout>;
  commands: number;
  resting: boolean;
  stopped: boolean;
};

const RECONNECT_MS = 500;
const REFUSED_MS = 60_000;

/** Seats one simulated agent at a real desk: signs in, goes ready, answers, talks, holds, wraps up, again and again. */
export async function seatRobotAgent(
  host: Host,
  credentials: Credentials,
  random: Random,
  habits: Habits,
): Promise<RobotAgent> {
  const session = await signIn(host, credentials.email, credentials.password);
  const desk: Desk = {
    host,
    credentials,
    session,
    random,
    habits,
    witness: { offered: 0, answered: 0, offerDelaysMs: [], doubleBooked: [], problems: [] },
    socket: null,
    phone: null,
    view: null,
    handled: new Set(),
    timers: new Set(),
    commands: 0,
    resting: false,
    stopped: false,
  };
  desk.phone = await connectSoftphone(host, () => desk.session);
  connect(desk);
  return {
    witness: desk.witness,
    agentId: () => desk.view?.agentId ?? null,
    rest: (on) => rest(desk, on),
    stop: () => leave(desk),
  };
}

function rest(desk: Desk, on: boolean): void {
  desk.resting = on;
  if (on) command(desk, { cmd: "set_state", to: "not_ready", reason: "break" });
  else goReady(desk);
}

function connect(desk: Desk): void {
  if (desk.stopped) return;
  const socket = desk.session.open("/api/agent/socket");
  desk.socket = socket;
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as DesktopFrame;
    if (frame.kind === "agent") see(desk, frame.agent);
  });
  socket.on("error", () => undefined); // `close` follows and reconnects
  socket.on("close", () => {
    if (desk.socket === socket) later(desk, RECONNECT_MS * desk.host.speed, () => void comeBack(desk));
  });
}

/** Sessions end after twelve hours: who still has a shift signs in again, as a person would. */
async function comeBack(desk: Desk): Promise<void> {
  const { host, credentials, session } = desk;
  try {
    const { user } = await session.get<{ readonly user: unknown }>("/api/session");
    if (user === null) desk.session = await signIn(host, credentials.email, credentials.password);
  } catch (problem) {
    // Who is refused knocks no more than a person would; a house that is away opens no socket either, which leads here again.
    if (problem instanceof HouseProblem) return later(desk, REFUSED_MS * host.speed, () => void comeBack(desk));
  }
  connect(desk);
}

/** Reacts to a fresh view of the desk. Each reservation is acted on once, however often its view is sent. */
function see(desk: Desk, view: AgentView): void {
  desk.view = view;
  if (view.offer !== null) once(desk, `offer/${view.offer.reservationId}`, () => considerOffer(desk, view.offer));
  if (view.offer !== null && view.contact !== null && view.contact.stage !== "wrap_up") {
    desk.witness.doubleBooked.push(view.contact.contactId);
  }
  const contact = view.contact;
  if (contact !== null && contact.answeredAt !== null) {
    once(desk, `answered/${contact.reservationId}`, () => {
      desk.witness.answered += 1;
    });
  }
  if (contact?.stage === "talking") once(desk, `talk/${contact.reservationId}`, () => talk(desk, contact));
  if (contact?.stage === "wrap_up") once(desk, `wrap/${contact.reservationId}`, () => wrapUp(desk, contact));
  const idle = view.state === "off_shift" || view.state === "not_ready";
  if (idle) once(desk, `ready/${view.since}`, () => later(desk, 1_000, () => goReady(desk)));
}

function goReady(desk: Desk): void {
  if (desk.resting) return;
  if (desk.view?.state === "off_shift" || desk.view?.state === "not_ready") {
    command(desk, { cmd: "set_state", to: "ready", reason: null });
  }
}

function considerOffer(desk: Desk, offer: Offer | null): void {
  if (offer === null) return;
  desk.witness.offered += 1;
  desk.witness.offerDelaysMs.push(Math.max(0, (desk.host.now() - offer.offeredAt) / desk.host.speed));
  const { random, habits } = desk;
  const afterMs = Math.min(randomLognormal(random, habits.answerAfterS, 0.5), 8) * 1_000;
  if (chance(random, habits.missShare)) return;
  const declines = chance(random, habits.declineShare);
  later(desk, afterMs, () =>
    command(desk, { cmd: declines ? "decline" : "accept", reservationId: offer.reservationId }),
  );
}

function talk(desk: Desk, contact: ActiveContact): void {
  const { random, habits } = desk;
  const talkMs = randomLognormal(random, habits.talkS, 0.6) * 1_000;
  if (chance(random, habits.holdShare)) {
    later(desk, talkMs * 0.3, () => act(desk, contact, "hold", { on: true }));
    later(desk, talkMs * 0.3 + randomExponential(random, 20) * 1_000, () => act(desk, contact, "hold", { on: false }));
  }
  later(desk, talkMs, () => act(desk, contact, "hang-up", {}));
}

type Card = { readonly dispositions: readonly { readonly code: string; readonly success: boolean }[] };

function wrapUp(desk: Desk, contact: ActiveContact): void {
  const { random, habits } = desk;
  if (chance(random, habits.forgetShare)) return;
  const wins = chance(random, habits.successShare);
  later(desk, randomLognormal(random, habits.wrapUpS, 0.4) * 1_000, () => {
    desk.session
      .get<Card>(`/api/agent/contacts/${contact.contactId}`)
      .then((card) => {
        const fitting = card.dispositions.filter((d) => d.success === wins);
        const [first, ...rest] = fitting.length > 0 ? fitting : card.dispositions;
        if (first === undefined) return;
        act(desk, contact, "wrap-up", {
          disposition: randomPick(random, [first, ...rest]).code,
          notes: "",
          then: desk.resting ? "not_ready" : "ready",
        });
      })
      .catch((problem: unknown) => note(desk, problem));
  });
}

/** Acts on the contact in hand, if it is still in hand: the caller may have gone first, which is no fault. */
function act(desk: Desk, contact: ActiveContact, verb: "hold" | "hang-up" | "wrap-up", body: unknown): void {
  const inHand = desk.view?.contact;
  if (inHand?.reservationId !== contact.reservationId) return;
  if (verb !== "wrap-up" && inHand.stage === "wrap_up") return;
  desk.session
    .post(`/api/agent/contacts/${contact.contactId}/${verb}`, body)
    .catch((problem: unknown) => note(desk, problem));
}

/** 404 and 409 are the ordinary answers to acting a moment too late; anything else is told. */
function note(desk: Desk, problem: unknown): void {
  if (problem instanceof HouseProblem && (problem.status === 404 || problem.status === 409)) return;
  if (!desk.stopped) desk.witness.problems.push(String(problem));
}

type CommandBody = DesktopCommand extends infer C ? (C extends { id: string } ? Omit<C, "id"> : never) : never;

function command(desk: Desk, body: CommandBody): void {
  const socket = desk.socket;
  if (socket === null || socket.readyState !== socket.OPEN) return;
  desk.commands += 1;
  socket.send(JSON.stringify({ ...body, id: `robot-${desk.commands}` }));
}

function once(desk: Desk, key: string, act: () => void): void {
  if (desk.handled.has(key)) return;
  desk.handled.add(key);
  act();
}

/** Runs `act` after so many house milliseconds, unless the desk is left first. */
function later(desk: Desk, houseMs: number, act: () => void): void {
  const timer = setTimeout(() => {
    desk.timers.delete(timer);
    if (!desk.stopped) act();
  }, houseMs / desk.host.speed);
  desk.timers.add(timer);
}

async function leave(desk: Desk): Promise<void> {
  command(desk, { cmd: "set_state", to: "off_shift", reason: null });
  desk.stopped = true;
  for (const timer of desk.timers) clearTimeout(timer);
  desk.phone?.close();
  const socket = desk.socket;
  if (socket === null || socket.readyState !== socket.OPEN) return;
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.close();
    setTimeout(resolve, 1_000).unref();
  });
}
