import type { LiveContact } from "../../src/domain/call/live.ts";
import { asId } from "../../src/domain/kernel/ids.ts";
import type { ActiveContact, AgentView, FloorFrame, Offer } from "../../src/features/routing/schema.ts";
import { furnishBooks } from "./book-records.ts";
import type { Get, PlayedHouse } from "./house.ts";
import { furnishMoney } from "./money-records.ts";
import { furnishQueues } from "./queues.ts";
import { furnishBilling, furnishPortal } from "./records.ts";

/** Made-up people and companies of the browser tests. Numbers are from the ranges reserved for fiction. */
export const BRAND = {
  id: "b-harbour",
  name: "Harbour Museum",
  color: "#0b7285",
  greeting: "Good afternoon, Harbour Museum.",
};
export const OTHER = { id: "b-rong", name: "荣光家电", color: "#d9480f", greeting: "您好，荣光家电。" };
export const CALLER = "+12025550143";

export function offer(change: Partial<Offer> = {}): Offer {
  const now = Date.now();
  const fresh = { reservationId: "r1", contactId: "c1", tenantId: "t1", brand: BRAND, queueName: "Tickets" };
  return {
    ...fresh,
    from: CALLER,
    to: "+442079460958",
    queuedAt: now - 41_000,
    offeredAt: now,
    deadline: now + 15_000,
    ...change,
  };
}

export function contact(stage: ActiveContact["stage"], change: Partial<ActiveContact> = {}): ActiveContact {
  const now = Date.now();
  const times = { queuedAt: now - 60_000, answeredAt: stage === "connecting" ? null : now - 65_000 };
  const ends = { heldAt: stage === "held" ? now : null, wrapUpDeadline: stage === "wrap_up" ? now + 30_000 : null };
  const { reservationId, contactId, tenantId, brand, queueName, from, to } = offer();
  return {
    reservationId,
    contactId,
    tenantId,
    brand,
    queueName,
    from,
    to,
    stage,
    wrapUpKind: "timed",
    ...times,
    ...ends,
    ...change,
  };
}

export function view(change: Partial<AgentView> = {}): AgentView {
  const base: AgentView = {
    agentId: "a1",
    name: "Lin Xiaoyu",
    state: "ready",
    reason: null,
    since: Date.now(),
    nextState: null,
    brands: [BRAND, OTHER],
    offer: null,
    contact: null,
    extensionsLeft: 2,
    ownsPhone: true,
    telephone: null,
  };
  return { ...base, ...change };
}

export const desk = (change: Partial<AgentView> = {}) => ({
  kind: "agent",
  now: Date.now(),
  speed: 1,
  agent: view(change),
  queue: { waiting: 3, longestSince: Date.now() - 41_000 },
});

export function card(customers: readonly string[], brand = BRAND) {
  return {
    contact: { from: CALLER, to: "+442079460958", brand, queueName: "Tickets", queuedAt: Date.now(), variables: {} },
    records: "available",
    customers: customers.map((name, at) => ({
      id: `cust-${at}`,
      name,
      tier: "gold",
      points: [{ kind: "phone", value: CALLER }],
      notes: [],
    })),
    history: [
      {
        contactId: "h1",
        at: Date.now() - 86_400_000,
        outcome: "answered",
        disposition: "Tickets",
        agentName: "Zhao Min",
      },
    ],
    dispositions: [
      { code: "tickets", label: { zh: "订票", en: "Tickets" }, success: true },
      { code: "question", label: { zh: "咨询", en: "Question" }, success: false },
    ],
    script: null,
  };
}

const ROLES = {
  agent: [{ role: "agent" }],
  supervisor: [{ role: "supervisor" }],
  client: [{ role: "tenant_admin", tenantId: "t1", tenantName: "Harbour Museum", timeZone: "Europe/London" }],
  billing: [{ role: "billing_admin" }],
};
export type Who = keyof typeof ROLES;

/** Signs somebody in, in the played house. */
export function signIn(house: PlayedHouse, who: Who): void {
  const user = { id: "u1", name: "Lin Xiaoyu", email: "lin@callhouse.example", locale: "en-GB" };
  house.answer(/^GET \/api\/session$/, { body: { user, roles: ROLES[who], agent: { agentId: "a1", poolId: "p1" } } });
}

/** An agent who works from home; the number is kept for fiction. */
const TELEPHONE = { number: "+442079460321", rings: "on_accept" } as const;

export function floorFrame(): Omit<FloorFrame, "seq"> {
  const states = ["on_contact", "ready", "wrap_up", "not_ready", "ringing", "off_shift"] as const;
  return {
    kind: "floor",
    now: Date.now(),
    speed: 1,
    agents: states.map((state, at) => ({
      agentId: `a${at}`,
      name: `Agent ${at}`,
      state,
      reason: state === "not_ready" ? "lunch" : null,
      since: Date.now() - at * 60_000,
      tenantId: null,
      brand: state === "on_contact" ? BRAND : null,
      contactId: null,
      ...(state === "ready" ? { telephone: TELEPHONE } : {}),
    })),
    queues: [
      {
        queueId: "q1",
        tenantId: "t1",
        name: "Tickets",
        brand: BRAND,
        waiting: 2,
        longestSince: Date.now() - 30_000,
        offered: 22,
        answered: 15,
        abandoned: 4,
        shortAbandoned: 1,
        overflowed: 1,
        withinTarget: 9,
        target: { share: 0.8, withinS: 20 },
      },
      // As wide as a queue's row gets: a long name in the middle, and every figure filled.
      {
        queueId: "q2",
        tenantId: "t2",
        name: "Repairs (English)",
        brand: OTHER,
        waiting: 0,
        longestSince: null,
        offered: 1_077,
        answered: 1_063,
        abandoned: 2,
        shortAbandoned: 1,
        overflowed: 12,
        withinTarget: 1_000,
        target: { share: 0.85, withinS: 30 },
      },
    ],
  };
}

/** A caller of the client's who talks with a number outside the house. */
function liveOutside(): LiveContact {
  return {
    contactId: asId("c9"),
    seq: 9,
    from: "+12025550143",
    to: "+442079460958",
    stage: "outside",
    since: Date.now() - 20_000,
    offeredAt: Date.now() - 90_000,
    queueId: asId("q1"),
    agentId: null,
    target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
    ended: false,
    served: false,
  };
}

/** Answers for every page, the same for all. */
export function furnish(house: PlayedHouse, url: string): void {
  const get = getter(house);
  const sandbox = { phoneUrl: `${url.replace("http", "ws")}/sandbox/phone` };
  house.answer(/^(POST|PUT|PATCH|DELETE) /, { body: {} });
  get("/api/demo/sign-ins", {
    signIns: [{ role: "agent", name: "Lin", email: "lin@callhouse.example", password: "p", tenantName: null }],
  });
  get("/api/demo/numbers", {
    numbers: [
      {
        e164: "+442079460958",
        label: "Main",
        brandName: BRAND.name,
        tenantName: BRAND.name,
        color: BRAND.color,
        language: "en-GB",
      },
    ],
    ...sandbox,
  });
  get("/api/demo/floor", { paused: false, agents: 6 });
  get("/api/demo/faults", { duplicate: 0 });
  get("/api/agent/softphone", {
    kind: "sandbox",
    identity: "agent_a1",
    tokens: ["t"],
    url: `${url.replace("http", "ws")}/sandbox/client`,
  });
  get("/api/agent/contacts/[^/]+", card(["Ada Brown"]));
  furnishPortal(get);
  furnishQueues(get);
  furnishBilling(get);
  furnishBooks(get);
  furnishMoney(get);
  house.greet("/api/agent/socket", () => [desk()]);
  house.greet("/api/floor/socket", () => [floorFrame()]);
  house.greet("/api/portal/socket", () => [
    {
      kind: "snapshot",
      now: Date.now(),
      today: { day: "2026-11-23", contacts: 20, queues: [] },
      live: [liveOutside()],
    },
  ]);
}

function getter(house: PlayedHouse): Get {
  return (path, body) => house.answer(new RegExp(`^GET ${path}$`), { body });
}
