import type { ContactChoice, RoutingDecision } from "../../src/domain/call/facts.ts";
import { type AgentId, asId } from "../../src/domain/kernel/ids.ts";
import type { RoutedContact } from "../../src/features/contacts/schema.ts";
import type { PoolView, QueueList, QueueSettings, QueueView } from "../../src/features/queues/schema.ts";
import type { Get } from "./house.ts";

const NORTH = "0193a000-0000-7000-8000-0000000000a2";

/** The played house's queues, one of them changed in the console, and a contact with both kinds of decision. */
export const SETTINGS: QueueSettings = {
  priority: 1,
  skills: ["en", "tickets>=7"],
  preferred: ["museum>=5"],
  strategy: "longest_idle",
  ringTimeoutS: 20,
  wrapUpS: 30,
  wrapUp: { kind: "timed", extensions: 3, extensionS: 60 },
  target: { percent: 80, withinS: 20, shortAbandonS: 5 },
  relax: [
    { afterS: 20, do: "lower", skill: "tickets", level: 4 },
    { afterS: 45, do: "lend", group: "overflow" },
    { afterS: 60, do: "raise", points: 2 },
    { afterS: 90, do: "move", poolId: NORTH },
    { afterS: 120, do: "outside", number: "+442079460187", name: "Museum front desk" },
  ],
  tiers: { silver: 0, gold: 2, platinum: 5 },
  lastAgent: { patienceS: 15, withinDays: 14 },
  namedAgent: { patienceS: 20, variable: "extension" },
  missesMax: 1,
  autoAnswer: false,
};

export const queueView = (change: Partial<QueueView> = {}): QueueView => ({
  tenantId: "t1",
  tenantName: "Harbour Museum",
  color: "#0b7285",
  queueId: "q1",
  slug: "tickets",
  name: "Tickets",
  poolId: "p1",
  version: 4,
  settings: SETTINGS,
  filed: [{ field: "strategy", value: "ring_all" }],
  changedAt: Date.now() - 3_600_000,
  changedBy: "Zhou Min",
  ...change,
});

const pools: PoolView[] = [
  {
    poolId: "p1",
    name: "Main floor",
    site: "Shanghai",
    policy: "fifo",
    filed: "slack",
    version: 2,
    changedAt: Date.now(),
    changedBy: "Zhou Min",
  },
  {
    poolId: NORTH,
    name: "North",
    site: "Leeds",
    policy: "edf",
    filed: null,
    version: 1,
    changedAt: null,
    changedBy: null,
  },
];

export const queueList = (queues: readonly QueueView[] = [queueView()]): QueueList => ({
  pools,
  queues: [...queues],
  skills: ["en", "museum", "tickets", "zh"].map((skill, at) => ({ skill, agents: at + 2 })),
  groups: [{ group: "overflow", agents: 3 }],
});

const contact: ContactChoice = {
  when: "seat_became_free",
  policy: "slack",
  policyVersion: 2,
  candidates: 3,
  owed: true,
  place: { waitedMs: 24_000, priorityMs: 30_000, inTimeMs: 10_000, stakeMs: 4_000, tailMs: 0 },
  others: [
    { sameClient: false, behindMs: -12_000, why: "client_has_its_seats" },
    { sameClient: true, behindMs: 20_000, why: "came_later" },
  ],
};
export const decision: RoutingDecision = {
  rule: "longest_idle",
  ruleVersion: 1,
  candidates: 3,
  ranked: [
    { agentId: asId<AgentId>("a1"), score: Date.now() - 190_000, why: "chosen" },
    { agentId: asId<AgentId>("a2"), score: Date.now() - 130_000, why: "ranked_later" },
    { agentId: asId<AgentId>("a3"), score: Date.now() - 400_000, why: "stands_behind" },
  ],
  asked: { skills: ["en", "tickets>=4"], preferred: ["museum>=5"], lent: ["overflow"], ownAgent: false },
  contact,
};

const NAMES = {
  agents: { a1: "Lin Xiaoyu", a2: "Zhao Min", a3: "Ada Finch" },
  queues: { q1: "Tickets", q2: "Groups" },
};

export function furnishQueues(get: Get): void {
  get("/api/queues", queueList());
  get("/api/queues/t1/q1/changes", {
    items: [
      {
        at: Date.now() - 3_600_000,
        by: "Zhou Min",
        changes: [
          { field: "strategy", from: "ring_all", to: "longest_idle" },
          { field: "wrapUp", from: { ...SETTINGS.wrapUp, kind: "mandatory" }, to: SETTINGS.wrapUp },
        ],
      },
    ],
  });
  get("/api/portal/queues", { queues: [{ queueId: "q1", name: "Tickets", settings: SETTINGS, changedAt: 1 }] });
  get("/api/floor/decisions", {
    items: [{ at: Date.now(), tenantId: "t1", contactId: "c1", tenantName: "Harbour Museum", agentName: "Lin Xiaoyu" }],
  });
  const routed: RoutedContact = {
    tenantName: "Harbour Museum",
    queueName: "Tickets",
    outcome: "answered",
    facts: [
      { seq: 2, at: Date.now() - 60_000, type: "queued", body: {} },
      { seq: 3, at: Date.now() - 30_000, type: "seat_reserved", body: { agentId: "a1", decision } },
      { seq: 4, at: Date.now() - 20_000, type: "seat_answered", body: { waitedMs: 24_000 } },
    ],
    names: NAMES,
    passedOver: [{ seq: 3, names: ["荣光家电", "Harbour Museum"] }],
  };
  get("/api/floor/contacts/[^/]+/[^/]+", routed);
}
