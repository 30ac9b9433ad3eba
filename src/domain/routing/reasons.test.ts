import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import type { ContactChoice, RankedSeat, WhyLater } from "../call/facts.ts";
import { type AgentId, asId, type BrandId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { PLAIN_RULES, POLICIES, type Policy } from "./config.ts";
import type { PoolEvent } from "./events.ts";
import { agentId, type SmallWorld, smallConfig, smallTicket, smallWorld, tenantId } from "./fixture.ts";
import { slackBonus } from "./policy.ts";

/*
 * Every reason that a decision tells is true of the moment it was made in. The oracle photographs the floor just before a
 * seat is promised and knows nothing of classes, heaps or keys: it counts, compares and adds up by hand.
 */

const AGENTS = 4;
const CLIENTS = 3;

type Floor = {
  readonly policy: Policy;
  readonly strategy: "longest_idle" | "fewest_contacts" | "ring_all";
  /** Of each client: points, seconds to answer within, seats guaranteed and beyond. */
  readonly clients: readonly {
    readonly priority: number;
    readonly withinS: number;
    readonly guaranteed: number;
    readonly burst: number | null;
  }[];
  /** Of each agent: a client whose brand he does not serve, and whether he has the skill that queues wish for. */
  readonly agents: readonly { readonly lacks: number; readonly english: boolean }[];
};

type Waiting = {
  readonly contactId: string;
  readonly client: number;
  readonly queuedAt: number;
  readonly came: number;
  readonly rings: number;
  readonly declined: readonly string[];
  /** What the slack policy adds for the contract, without being in time and without the tail. */
  readonly stakeMs: number;
};
type Idle = {
  readonly agentId: string;
  readonly idleSince: number;
  readonly contactsToday: number;
  readonly english: boolean;
};
type Photo = {
  readonly now: number;
  readonly waiting: readonly Waiting[];
  readonly idle: readonly Idle[];
  readonly seats: readonly number[];
};

function play(floor: Floor, script: readonly number[]): ReadonlySet<string> {
  const photos: Photo[] = [];
  const came = new Map<string, number>();
  const declines: { readonly contactId: string; readonly agentId: string; readonly at: number }[] = [];
  const settings = {
    agents: AGENTS,
    tenants: CLIENTS,
    seats: floor.clients.map(({ guaranteed, burst }, client) => ({ tenantId: tenantId(client), guaranteed, burst })),
    profile: (index: number) => ({
      brands: [0, 1, 2]
        .filter((client) => client !== floor.agents[index]?.lacks)
        .map((client) => asId<BrandId>(`b${client}`)),
      skills: floor.agents[index]?.english === true ? { en: 1 } : {},
    }),
  };
  const photograph = ({ pool, now }: SmallWorld): void => {
    const agents = [...pool.agents.values()];
    const clientOf = (id: string) => Number(id.slice(1));
    const waiting = [...pool.tickets.values()].flatMap((ticket): Waiting[] => {
      const { at, queuedAt, contactId, tenant } = ticket;
      if (at.is !== "waiting" && at.is !== "offered") return [];
      const client = clientOf(tenant.tenantId);
      const declined = declines.filter((one) => one.contactId === contactId && now < one.at + 30 * SECOND_MS);
      const { inTimeMs, tailMs } = clauses(floor, { client, queuedAt }, now);
      return [
        {
          ...{ contactId, client, queuedAt, came: came.get(contactId) ?? -1 },
          rings: at.is === "offered" ? at.offers.length : 0,
          declined: declined.map((one) => one.agentId),
          stakeMs: floor.policy === "slack" ? slackBonus(ticket, now) - inTimeMs - tailMs : 0,
        },
      ];
    });
    photos.push({
      now,
      waiting,
      idle: agents.flatMap(({ at, agentId: id, figures, profile }): Idle[] =>
        at.is !== "ready" ? [] : [{ agentId: id, ...figures, english: profile.skills.en === 1 }],
      ),
      seats: floor.clients.map(
        (_, client) =>
          agents.filter(({ at }) => {
            const ticket = "reservation" in at ? at.reservation.ticket : "service" in at ? at.service.ticket : null;
            return ticket !== null && clientOf(ticket.tenant.tenantId) === client;
          }).length,
      ),
    });
  };
  const world = smallWorld({ ...settings, deciding: photograph });
  const reasons = new Set<string>();
  const check = (): void => {
    const { facts, messages } = world.pool.out;
    const decisions = messages.flatMap(({ contactId, message }) =>
      message.kind === "seat_reserved" ? [{ contactId, agentId: message.agentId, why: message.decision }] : [],
    );
    expect(decisions).toHaveLength(photos.length);
    const promised = facts.filter(({ body }) => body.to === "reserved");
    for (const [at, photo] of photos.splice(0).entries()) {
      const { contactId, agentId: chosenSeat, why } = decisions[at] ?? raise("a decision for each photograph");
      const oracle = new Oracle(floor, photo, contactId, chosenSeat);
      oracle.seats(why.candidates, why.ranked);
      const passed = promised[at]?.body.passedOver ?? [];
      oracle.contacts(
        why.contact ?? raise("a contact's side"),
        passed.map((other) => other.contactId),
      );
      for (const { why: code } of [...(why.contact?.others ?? []), ...why.ranked]) reasons.add(code);
    }
  };
  world.send({ type: "configure", config: { ...smallConfig(settings), version: 2, policy: floor.policy } });
  script.forEach((number, at) => {
    const event = happening(world, number, (client, waitedS) => {
      came.set(`c${at}`, at);
      const { priority, withinS } = floor.clients[client] ?? raise("a client");
      const target = { share: 0.8, withinS, shortAbandonS: 5 };
      const rules = { ...PLAIN_RULES, preferred: ["en"] };
      const queue = { priority, target, strategy: floor.strategy, rules };
      return smallTicket(at, world.now - waitedS * SECOND_MS, client, queue);
    });
    if (event === null) return;
    if (event.type === "decline") {
      const contactId = heldFor(world, event.agentId);
      declines.push({ contactId, agentId: event.agentId, at: world.now });
    }
    world.send(event);
    check();
  });
  return reasons;
}

/** One thing that happens on the floor, by a number; null where it cannot happen now. */
function happening(
  world: SmallWorld,
  number: number,
  ticket: (client: number, waitedS: number) => ReturnType<typeof smallTicket>,
): PoolEvent | null {
  const agent = number % AGENTS;
  const more = Math.floor(number / 64);
  const id = agentId(agent);
  const { at } = world.agent(agent);
  switch (Math.floor(number / AGENTS) % 14) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { type: "wait", ticket: ticket(more % CLIENTS, more % 5 === 0 ? more % 70 : 0) };
    case 4:
    case 5:
      return { type: "device_joined", agentId: id, deviceId: `d${agent}` };
    case 6:
    case 7:
      return { type: "set_state", agentId: id, to: more % 4 === 0 ? "not_ready" : "ready", reason: null };
    case 8:
      if (at.is !== "reserved" && at.is !== "ringing") return null;
      return { type: "decline", agentId: id, reservationId: at.reservation.id };
    case 9:
    case 10:
      return { type: "accept", agentId: id, deviceId: `d${agent}`, reservationId: world.held(agent) };
    case 11: {
      if (at.is !== "on_contact") return null;
      const { ticket: served, id: reservationId } = at.service;
      return { type: "talk_ended", contactId: served.contactId, reservationId, wrapUpS: 0 };
    }
    case 12:
      return { type: "offer_shown", agentId: id, reservationId: world.held(agent) };
    default:
      world.now += (more % 25) * SECOND_MS;
      return { type: "tick" };
  }
}

function heldFor({ pool }: SmallWorld, id: AgentId): string {
  const at = pool.agents.get(id)?.at;
  return at !== undefined && "reservation" in at ? at.reservation.ticket.contactId : raise("an offer");
}

/** What the contract's own clauses add to a place by the slack policy: for being in time, for nearly a minute. */
function clauses(floor: Floor, { client, queuedAt }: Pick<Waiting, "client" | "queuedAt">, now: number) {
  const waited = now - queuedAt;
  const slack = floor.policy === "slack";
  return {
    inTimeMs: slack && waited < (floor.clients[client]?.withinS ?? 0) * SECOND_MS ? 10 * SECOND_MS : 0,
    tailMs: slack && waited >= 43 * SECOND_MS && waited < 60 * SECOND_MS ? 16 * SECOND_MS : 0,
  };
}

function raise(what: string): never {
  throw new Error(`there should be ${what}`);
}

class Oracle {
  private readonly floor: Floor;
  private readonly photo: Photo;
  private readonly chosen: Waiting;
  private readonly seat: Idle;

  constructor(floor: Floor, photo: Photo, contactId: string, seat: string) {
    this.floor = floor;
    this.photo = photo;
    this.chosen = this.contact(contactId);
    this.seat = this.idle(seat);
  }

  /** The seat's side: everybody idle who serves the brand was a candidate, and the best who has not declined is chosen. */
  seats(candidates: number, ranked: readonly RankedSeat[]): void {
    const fit = this.photo.idle.filter(({ agentId: id }) => this.serves(id, this.chosen.client));
    expect(candidates).toBe(fit.length);
    expect(ranked[0]).toMatchObject({ agentId: this.seat.agentId, why: "chosen" });
    expect(ranked).toHaveLength(Math.min(4, fit.length));
    for (const { agentId: id, why } of ranked.slice(1)) {
      const other = this.idle(id);
      const declined = this.chosen.declined.includes(id);
      const holds: { readonly [code in RankedSeat["why"]]: boolean } = {
        chosen: false,
        declined_before: declined,
        stands_behind: !declined && this.seat.english && !other.english,
        ranked_later: !declined && this.seat.english === other.english && this.ranksAfter(other, this.seat),
      };
      expect(holds[why], `${why} of ${JSON.stringify(other)} for ${JSON.stringify(this.seat)}`).toBe(true);
    }
  }

  /** The contact's side: whether it was first, and why each of the others was not. */
  contacts({ when, owed, place, others, candidates, policy }: ContactChoice, passedOver: readonly string[]): void {
    const { chosen, photo } = this;
    const { inTimeMs, tailMs } = clauses(this.floor, chosen, photo.now);
    expect(policy).toBe(this.floor.policy);
    expect(owed).toBe(this.isOwed(chosen));
    expect(place).toEqual({
      waitedMs: photo.now - chosen.queuedAt,
      priorityMs: this.pointsMs(chosen),
      ...{ inTimeMs, tailMs },
      stakeMs: Math.round(chosen.stakeMs),
    });
    expect(others).toHaveLength(passedOver.length);
    expect(passedOver).toHaveLength(Math.min(3, candidates - 1));
    others.forEach(({ why, behindMs, sameClient }, at) => {
      const other = this.contact(passedOver[at] ?? raise("a name for each reason"));
      expect(sameClient).toBe(other.client === chosen.client);
      expect(behindMs).toBeCloseTo(this.placeOf(other) - this.placeOf(chosen), -1);
      expect(this.holds(why, other), `${why} of ${JSON.stringify(other)} for ${JSON.stringify(chosen)}`).toBe(true);
    });
    if (when === "seat_became_free" && policy !== "slack") {
      const able = photo.waiting.filter((one) => this.couldTake(one));
      for (const other of able) expect(this.comesBefore(other, chosen), JSON.stringify([other, chosen])).toBe(false);
    }
  }

  private holds(why: WhyLater, other: Waiting): boolean {
    const { chosen, photo, floor } = this;
    const [best, its] = [clauses(floor, chosen, photo.now), clauses(floor, other, photo.now)];
    switch (why) {
      case "client_has_its_seats":
        return this.isOwed(chosen) && !this.isOwed(other);
      case "rings_already":
        return other.rings > 0 && chosen.rings === 0;
      case "came_later":
        return other.queuedAt > chosen.queuedAt || (other.queuedAt === chosen.queuedAt && other.came > chosen.came);
      case "reached_later":
        return this.placeOf(other) === this.placeOf(chosen) && other.came > chosen.came;
      case "lower_priority":
        return this.pointsMs(other) < this.pointsMs(chosen);
      case "later_deadline":
        return floor.policy === "edf" && this.deadline(other) > this.deadline(chosen);
      case "out_of_time":
        return best.inTimeMs > 0 && its.inTimeMs === 0;
      case "less_at_stake":
        return floor.policy === "slack" && other.stakeMs < chosen.stakeMs;
      case "not_near_a_minute":
        return best.tailMs > 0 && its.tailMs === 0;
    }
  }

  private couldTake({ contactId, client, declined, rings }: Waiting): boolean {
    const { guaranteed, burst } = this.floor.clients[client] ?? raise("a client");
    return (
      contactId !== this.chosen.contactId &&
      this.serves(this.seat.agentId, client) &&
      !declined.includes(this.seat.agentId) &&
      (burst === null || (this.photo.seats[client] ?? 0) < guaranteed + burst) &&
      (rings === 0 || this.floor.strategy === "ring_all")
    );
  }

  private comesBefore(a: Waiting, b: Waiting): boolean {
    if (this.isOwed(a) !== this.isOwed(b)) return this.isOwed(a);
    if (this.placeOf(a) !== this.placeOf(b)) return this.placeOf(a) < this.placeOf(b);
    return a.came < b.came;
  }

  private placeOf(one: Waiting): number {
    const { inTimeMs, tailMs } = clauses(this.floor, one, this.photo.now);
    const ringing = one.rings > 0 ? 1_000 * 86_400 * SECOND_MS : 0;
    const targetMs = this.floor.policy === "edf" ? this.deadline(one) - one.queuedAt : 0;
    return one.queuedAt - this.pointsMs(one) + targetMs + ringing - inTimeMs - tailMs - one.stakeMs;
  }

  private ranksAfter(a: Idle, b: Idle): boolean {
    const key = (one: Idle) => (this.floor.strategy === "fewest_contacts" ? one.contactsToday : one.idleSince);
    return key(a) > key(b) || (key(a) === key(b) && a.agentId > b.agentId);
  }

  private isOwed({ client }: Waiting): boolean {
    return (this.photo.seats[client] ?? 0) < (this.floor.clients[client]?.guaranteed ?? 0);
  }

  private pointsMs({ client }: Waiting): number {
    return 30 * SECOND_MS * (this.floor.clients[client]?.priority ?? 0);
  }

  private deadline({ client, queuedAt }: Waiting): number {
    return queuedAt + SECOND_MS * (this.floor.clients[client]?.withinS ?? 0);
  }

  private serves(id: string, client: number): boolean {
    return this.floor.agents[Number(id.slice(1))]?.lacks !== client;
  }

  private contact(contactId: string): Waiting {
    return this.photo.waiting.find((one) => one.contactId === contactId) ?? raise(`contact ${contactId} in line`);
  }

  private idle(id: string): Idle {
    return this.photo.idle.find((one) => one.agentId === id) ?? raise(`${id} idle`);
  }
}

const floors: fc.Arbitrary<Floor> = fc.record({
  policy: fc.constantFrom(...POLICIES),
  strategy: fc.constantFrom("longest_idle", "fewest_contacts", "ring_all"),
  clients: fc.array(
    fc.record({
      priority: fc.constantFrom(0, 0, 1, 3),
      withinS: fc.constantFrom(5, 20, 60),
      guaranteed: fc.constantFrom(0, 0, 1, 2),
      burst: fc.constantFrom(null, null, 0, 1),
    }),
    { minLength: CLIENTS, maxLength: CLIENTS },
  ),
  agents: fc.array(fc.record({ lacks: fc.nat(5), english: fc.boolean() }), { minLength: AGENTS, maxLength: AGENTS }),
});
const scripts = fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 120, size: "max" });
const numRuns = propertyRuns(300);

test("ACD-5 every reason a decision tells is true of the moment it was made in, under every policy", () => {
  const told = new Set<string>();
  fc.assert(
    fc.property(floors, scripts, (floor, script) => {
      for (const reason of play(floor, script)) told.add(reason);
    }),
    { numRuns },
  );
  expect([...told], "so many floors have met the ordinary reasons").toEqual(
    expect.arrayContaining(["came_later", "lower_priority", "ranked_later"]),
  );
});
