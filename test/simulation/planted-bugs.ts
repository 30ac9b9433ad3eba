import { deadlineOf } from "../../src/domain/call/contact.ts";
import type { ContactEvent, ContactState, ContactStep, Effect } from "../../src/domain/call/state.ts";
import { type AgentId, asId, type ReservationId, type TenantId } from "../../src/domain/kernel/ids.ts";
import { enter, READY, rest } from "../../src/domain/routing/agents.ts";
import { TALK_LEASE_MS } from "../../src/domain/routing/config.ts";
import { dispatch } from "../../src/domain/routing/dispatch.ts";
import type { PoolEvent, Reply } from "../../src/domain/routing/events.ts";
import type { Run } from "../../src/domain/routing/run.ts";
import { setAgentTimer } from "../../src/domain/routing/run.ts";
import type { Agent, Chance, Pool } from "../../src/domain/routing/state.ts";
import { bury } from "../../src/domain/routing/waiting.ts";
import { type Machines, PRODUCT } from "../../src/entry/cli/sim/faults/machines.ts";

/** A mistake that somebody might make, laid over the product's own rules. Made anew for each run: it may remember things. */
export type PlantedBug = { readonly is: string; readonly promise: RegExp; readonly plant: () => Machines };

type StepPool = Machines["stepPool"];
type StepContact = Machines["stepContact"];
const { stepPool, stepContact, restorePool } = PRODUCT;

const pool = (step: StepPool): Machines => ({ ...PRODUCT, stepPool: step });
const contact = (step: StepContact): Machines => ({ ...PRODUCT, stepContact: step });
const runOf = (at: Pool, now: number, chance: Chance): Run => ({
  pool: at,
  now,
  chance,
  freed: [],
  seeking: [],
  uncapped: [],
});
const agentOf = (at: Pool, event: PoolEvent): Agent | undefined =>
  "agentId" in event ? at.agents.get(event.agentId) : undefined;
const isDone = (reply: Reply): boolean => reply.is === "done";
const without = (step: ContactStep, unwanted: (effect: Effect) => boolean): ContactStep => ({
  ...step,
  effects: step.effects.filter((effect) => !unwanted(effect)),
});
const tells = (effect: Effect, ...say: string[]): boolean =>
  effect.do === "tell_pool" && say.includes(effect.message.say);
/** Nothing comes of the event. */
const swallowed = (state: ContactState): ContactStep => ({
  state,
  effects: [],
  facts: [],
  answer: null,
  ignored: "swallowed",
  refused: null,
});
const isCallersEnd = (event: ContactEvent): boolean =>
  (event.type === "leg_status" && event.party === "caller" && event.status === "completed") ||
  (event.type === "leg_reported" && event.report?.status === "completed");

/** Ends what the agent has in hand as if his time were up. */
function freeAtOnce(at: Pool, agent: Agent, now: number, chance: Chance): void {
  if (agent.at.is !== "on_contact") return;
  const run = runOf(at, now, chance);
  bury(run, agent.at.service.ticket, null);
  rest(run, agent, READY);
  dispatch(run);
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    is: "double accept: a contact that has an agent accepts a second one",
    promise: /serves a contact that is not his|two agents/,
    plant: () =>
      pool((at, event, now, chance) => {
        const agent = agentOf(at, event);
        const rings = event.type === "accept" && agent?.at.is === "ringing" ? agent.at.reservation : null;
        const others =
          rings?.ticket.at.is === "offered" ? rings.ticket.at.offers.filter((offer) => offer !== rings) : [];
        const reply = stepPool(at, event, now, chance);
        const second = others[0];
        if (rings === null || second === undefined || !isDone(reply)) return reply;
        const { id, ticket } = second;
        const service = { id, ticket, acceptedAt: now, answeredAt: null, heldAt: null, asked: 0, letGo: false };
        enter(runOf(at, now, chance), second.agent, { is: "on_contact", service }, now + TALK_LEASE_MS);
        return reply;
      }),
  },
  {
    is: "lost release: the pool is never told that the talk has ended",
    promise: /is held by/,
    plant: () => contact((...args) => without(stepContact(...args), (effect) => tells(effect, "talk_ended"))),
  },
  {
    is: "stale timer: the ring time runs on after the offer was accepted",
    promise: /with a live call|no agent holds|two live calls/,
    plant: () => {
      const rings = new Map<AgentId, number>();
      return pool((at, event, now, chance) => {
        const agent = agentOf(at, event);
        const deadline = event.type === "accept" && agent?.at.is === "ringing" ? agent.deadline : null;
        const reply = stepPool(at, event, now, chance);
        if (deadline !== null && event.type === "accept" && isDone(reply)) rings.set(event.agentId, deadline);
        for (const [agentId, due] of rings) {
          if (now < due) continue;
          rings.delete(agentId);
          const late = at.agents.get(agentId);
          if (late !== undefined) freeAtOnce(at, late, now, chance);
        }
        return reply;
      });
    },
  },
  {
    is: "forgotten rescind: the seats that lost the race ring on",
    promise: /an offer its contact does not know|knows nothing/,
    plant: () =>
      pool((at, event, now, chance) => {
        const agent = agentOf(at, event);
        if (event.type === "accept" && agent?.at.is === "ringing") {
          const { ticket } = agent.at.reservation;
          if (ticket.at.is === "offered") ticket.at = { is: "offered", offers: [agent.at.reservation] };
        }
        return stepPool(at, event, now, chance);
      }),
  },
  {
    is: "capacity off by one: a client may have one seat more than its cap",
    promise: /seats of \d+ it may have/,
    plant: () => {
      const raised = new Set<unknown>();
      return pool((at, event, now, chance) => {
        for (const tenant of at.tenants.values()) {
          if (raised.has(tenant) || !Number.isFinite(tenant.cap)) continue;
          raised.add(tenant);
          tenant.cap += 1;
        }
        return stepPool(at, event, now, chance);
      });
    },
  },
  {
    is: "a reservation's lease never expires",
    promise: /is (reserved|ringing) with r\d+ for/,
    plant: () =>
      pool((at, event, now, chance) => {
        const reply = stepPool(at, event, now, chance);
        for (const agent of at.agents.values()) {
          if (agent.at.is !== "reserved" && agent.at.is !== "ringing") continue;
          agent.deadline = now + TALK_LEASE_MS;
          setAgentTimer(at, agent);
        }
        return reply;
      }),
  },
  {
    is: "wrong tenant: a message names the client of another contact",
    promise: /a message about a contact of t\d+ names t\d+/,
    plant: () => {
      let last: TenantId | null = null;
      return pool((at, event, now, chance) => {
        const reply = stepPool(at, event, now, chance);
        at.out.messages.forEach((message, index) => {
          const { tenantId } = message;
          if (last !== null && message.message.kind === "seat_returned")
            at.out.messages[index] = { ...message, tenantId: last };
          last = tenantId;
        });
        return reply;
      });
    },
  },
  {
    is: "a seat freed twice",
    promise: /counts -?\d+ seats and has/,
    plant: () =>
      pool((at, event, now, chance) => {
        const reply = stepPool(at, event, now, chance);
        if (event.type !== "wrapped_up" || !isDone(reply)) return reply;
        const tenant = at.tickets.get(event.contactId)?.tenant;
        if (tenant !== undefined) tenant.seats -= 1;
        return reply;
      }),
  },
  {
    is: "the wrap-up timer of an earlier contact ends the new one",
    promise: /with a live call|no agent holds|two live calls/,
    plant: () => {
      const timers = new Map<AgentId, { readonly due: number; readonly id: ReservationId }>();
      return pool((at, event, now, chance) => {
        const reply = stepPool(at, event, now, chance);
        for (const agent of at.agents.values()) {
          const { agentId } = agent.profile;
          const known = timers.get(agentId);
          if (agent.at.is === "wrap_up" && known?.id !== agent.at.service.id && agent.deadline !== null) {
            timers.set(agentId, { due: agent.deadline, id: agent.at.service.id });
          } else if (known !== undefined && now >= known.due) {
            timers.delete(agentId);
            if (agent.at.is === "on_contact" && agent.at.service.id !== known.id) freeAtOnce(at, agent, now, chance);
          }
        }
        return reply;
      });
    },
  },
  {
    is: "a restart forgets who was reserved",
    promise: /is idle while|which no agent holds|no fact says so/,
    plant: () => ({
      ...PRODUCT,
      restorePool: (rows, ...rest) => {
        const agents = rows.agents.map((row) =>
          "offeredAt" in row.at ? { ...row, at: { is: "ready" } as const } : row,
        );
        return restorePool({ ...rows, agents }, ...rest);
      },
    }),
  },
  {
    is: "a hang-up is swallowed while the contact rings at a desk",
    promise: /told that the caller is gone/,
    plant: () =>
      contact((config, state, event, moment) => {
        const rings = state.stage.at === "queued" && state.stage.seats.length > 0;
        return rings && isCallersEnd(event) ? swallowed(state) : stepContact(config, state, event, moment);
      }),
  },
  {
    is: "an answer told twice is counted twice",
    promise: /left the queue|answered twice/,
    plant: () =>
      contact((config, state, event, moment) => {
        const step = stepContact(config, state, event, moment);
        const joins = event.type === "conference" && event.what === "join";
        if (!joins || state.stage.at !== "talking") return step;
        const { place, seat } = state.stage;
        const left = { type: "left_queue", queueId: place.queueId, why: "answered", waitedMs: 0 } as const;
        const answered = {
          ...seat,
          type: "seat_answered",
          callSid: state.callSid,
          queueId: place.queueId,
          waitedMs: 0,
        } as const;
        const facts = [answered, left].map((body, index) => ({
          tenantId: state.tenantId,
          contactId: state.contactId,
          seq: state.seq + index + 1,
          at: moment.now,
          v: 1 as const,
          body,
        }));
        return { ...step, state: { ...step.state, seq: state.seq + 2 }, facts, ignored: null };
      }),
  },
  {
    is: "a late status takes a leg back",
    promise: /falls from rank/,
    plant: () =>
      contact((config, state, event, moment) => {
        const late = event.type === "leg_status" && event.status === "ringing";
        const legs = late
          ? state.legs.map((leg) => (leg.callSid === event.callSid && !leg.over ? { ...leg, rank: 0 } : leg))
          : state.legs;
        return stepContact(config, { ...state, legs }, event, moment);
      }),
  },
  {
    is: "the agent's seat is freed while his telephone still rings",
    promise: /with a live call|two live calls/,
    plant: () =>
      contact((config, state, event, moment) => {
        const step = stepContact(config, state, event, moment);
        const { parting } = step.state;
        if (parting === null) return step;
        const owed = parting.owed.map((message, index) => {
          return { do: "tell_pool", key: `early:${state.effectNo}:${index}`, poolId: parting.poolId, message } as const;
        });
        return { ...step, state: { ...step.state, parting: null }, effects: [...step.effects, ...owed] };
      }),
  },
  {
    is: "an agent whose last desktop is gone stays ready",
    promise: /ready without a device/,
    plant: () =>
      pool((at, event, now, chance) => {
        const agent = agentOf(at, event);
        if (event.type !== "device_left" || agent?.at.is !== "ready") return stepPool(at, event, now, chance);
        agent.devices = agent.devices.filter((device) => device !== event.deviceId);
        agent.phone = null;
        return stepPool(at, { type: "cancel_next_state", agentId: event.agentId }, now, chance);
      }),
  },
  {
    is: "seconds of a leg are guessed where the carrier has not told them",
    promise: /the carrier bills/,
    plant: () =>
      contact((config, state, event, moment) => {
        const guesses = event.type === "leg_status" && event.status === "completed" && event.durationS === null;
        return stepContact(config, state, guesses ? { ...event, durationS: 1 } : event, moment);
      }),
  },
  {
    is: "a contact that waits for nobody has no deadline",
    promise: /without a deadline|never over|after the caller hung up/,
    plant: () => ({
      ...PRODUCT,
      deadlineOf: (state) => (state.stage.at === "settling" ? null : deadlineOf(state)),
    }),
  },
  {
    is: "a late reservation brings a contact back that has left the queue",
    promise: /left the queue|offered|ended twice|in it|caller is still|which no agent holds/,
    plant: () =>
      contact((config, state, event, moment) => {
        const revives = event.type === "seat_accepted" && state.stage.at !== "queued" && state.spent.length > 0;
        if (!revives || state.stage.at === "talking") return stepContact(config, state, event, moment);
        return { ...swallowed({ ...state, stage: { ...lastPlace(state) } }), ignored: null };
      }),
  },
];

function lastPlace({ history, seenAt }: ContactState): Extract<ContactState["stage"], { at: "queued" }> {
  const place = {
    stepId: asId<never>("queue"),
    queueId: history.queueId ?? asId<never>("q0"),
    poolId: asId<never>("pool"),
    queuedAt: history.queuedAt ?? seenAt,
    attempt: history.queueVisits,
    leaveAt: seenAt + 60_000,
    announcedAt: seenAt,
  };
  return { at: "queued", place, standing: null, seats: [], keepAliveAt: seenAt + 30_000 };
}
