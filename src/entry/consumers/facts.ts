import { connect, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { AgentFact, ContactFact, HouseFact } from "../../domain/call/facts.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { Outage } from "../../domain/kernel/trouble.ts";
import { storeContactFacts } from "../../features/contacts/facts-store.ts";
import { asksWhoCalls, numbersAnswered } from "../../features/contacts/index.ts";
import { storeUnknownNumberCalls } from "../../features/numbers/unknown-number-store.ts";
import { storeAgentFacts } from "../../features/routing/agent-facts-store.ts";
import { splitAgentTime, tellAgentTime } from "../../features/worktime/index.ts";
import type { Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { announceCallers, tellCallers } from "./callers.ts";
import { parkMessage } from "./dead.ts";
import { refreshSoon } from "./draft-refresh.ts";
import { type FactsMessage, parseFactsMessage } from "./messages.ts";

/** While the database is away every message waits a little; there is no point in hurrying. */
const OUTAGE_DELAY_S = 5;
/** A message that fails alone, again and again, waits longer each time, at most this. */
const FAILURE_DELAY_S_MAX = 300;

type Parsed<M extends FactsMessage> = { readonly message: Message; readonly body: M };
type ContactMessage = Extract<FactsMessage, { kind: "contact" }>;
type AgentMessage = Extract<FactsMessage, { kind: "agent" }>;
type CallersMessage = Extract<FactsMessage, { kind: "callers" }>;
type HouseMessage = Extract<FactsMessage, { kind: "house" }>;

/** Facts on their way to the database: grouped by tenant, each group one transaction, each message acknowledged alone. */
export async function consumeFacts(batch: MessageBatch, env: Env): Promise<void> {
  const contacts = new Map<TenantId, Parsed<ContactMessage>[]>();
  const agents: Parsed<AgentMessage>[] = [];
  const house: Parsed<HouseMessage>[] = [];
  const callers = new Map<TenantId, Parsed<CallersMessage>[]>();
  for (const message of batch.messages) {
    const body = parseFactsMessage(message.body);
    if (body === null) await parkMessage(env, "facts", message);
    else if (body.kind === "agent") agents.push({ message, body });
    else if (body.kind === "house") house.push({ message, body });
    else if (body.kind === "callers") push(callers, body.tenantId, { message, body });
    else for (const tenantId of tenantsOf(body)) push(contacts, tenantId, { message, body });
  }
  const app = connect(env.DB);
  const operator = connect(env.DB_OPERATOR);
  try {
    for (const [tenantId, group] of contacts) {
      await settle(group, (parts) =>
        storeTenant(
          env,
          app,
          tenantId,
          parts.flatMap((part) => part.body.facts),
        ),
      );
    }
    await settle(agents, (parts) =>
      storeAgents(
        operator,
        parts.flatMap((part) => part.body.facts),
      ),
    );
    await settle(house, (parts) =>
      storeHouse(
        operator,
        parts.flatMap((part) => part.body.facts),
      ),
    );
    for (const [tenantId, group] of callers) {
      await settle(group, (parts) =>
        tellCallers(
          env,
          app,
          tenantId,
          parts.flatMap((part) => part.body.numbers),
        ),
      );
    }
    if (agents.length > 0) await tellTime(app, operator);
    await refreshSoon(env, { db: app, operatorDb: operator }, factsOf(contacts));
  } finally {
    await Promise.all([app.close(), operator.close()]);
  }
}

function factsOf(contacts: ReadonlyMap<TenantId, readonly Parsed<ContactMessage>[]>): Map<TenantId, ContactFact[]> {
  return new Map([...contacts].map(([tenantId, group]) => [tenantId, group.flatMap((part) => part.body.facts)]));
}

/** One contact has one tenant, so a message has one; a message of two would be a bug, and each still gets its own. */
function tenantsOf(body: ContactMessage): TenantId[] {
  return [...new Set(body.facts.map((fact) => fact.tenantId))];
}

function push<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}

async function storeTenant(env: Env, db: Database, tenantId: TenantId, facts: readonly ContactFact[]): Promise<void> {
  const own = facts.filter((fact) => fact.tenantId === tenantId);
  const answered = own.filter(({ body }) => body.type === "seat_answered").map(({ contactId }) => contactId);
  const actor = { kind: "system", name: "facts" } as const;
  const { rivals, numbers } = await withTenant(db, { tenantId, actor }, async (tx) => {
    const stored = await storeContactFacts(tx, own);
    const asked = answered.length > 0 && (await asksWhoCalls(tx));
    return { rivals: stored.rivals, numbers: asked ? await numbersAnswered(tx, answered) : [] };
  });
  for (const sourceEventId of rivals) log("alert", "usage_rival", { tenantId, sourceEventId });
  await announceCallers(env, tenantId, numbers);
}

async function storeAgents(db: Database, facts: readonly AgentFact[]): Promise<void> {
  if (facts.length === 0) return;
  await withOperator(db, async (tx) => {
    await storeAgentFacts(tx, facts);
    await splitAgentTime(tx, facts);
  });
}

/** Agents' time becomes usage at once. What stops it is not the facts' trouble: they are stored, and the minute tells it. */
async function tellTime(db: Database, operatorDb: Database): Promise<void> {
  try {
    await tellAgentTime({ db, operatorDb, actor: { kind: "system", name: "facts" } });
  } catch (trouble) {
    log("warn", "agent_time_waits", errorFields(trouble));
  }
}

async function storeHouse(db: Database, facts: readonly HouseFact[]): Promise<void> {
  if (facts.length > 0) await withOperator(db, (tx) => storeUnknownNumberCalls(tx, facts));
}

/**
 * Tries the group at once; when it fails for a reason of its own, each message alone, so that one poisoned message holds
 * up nobody else. On an outage all of them wait.
 */
async function settle<M extends FactsMessage>(
  group: readonly Parsed<M>[],
  store: (group: readonly Parsed<M>[]) => Promise<void>,
): Promise<void> {
  try {
    await store(group);
    for (const { message } of group) message.ack();
  } catch (trouble) {
    if (trouble instanceof Outage) return wait(group, trouble);
    if (group.length > 1) {
      for (const part of group) await settle([part], store);
      return;
    }
    for (const { message } of group) {
      log("error", "facts_refused", { messageId: message.id, attempts: message.attempts, ...errorFields(trouble) });
      message.retry({ delaySeconds: Math.min(FAILURE_DELAY_S_MAX, OUTAGE_DELAY_S * message.attempts) });
    }
  }
}

function wait(group: readonly Parsed<FactsMessage>[], trouble: Outage): void {
  log("warn", "facts_wait", { messages: group.length, ...errorFields(trouble) });
  for (const { message } of group) message.retry({ delaySeconds: OUTAGE_DELAY_S });
}
