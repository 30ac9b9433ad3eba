import type { AgentId, BrandId, CarrierSid, ContactId, FlowId, NumberId, QueueId, TenantId } from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import type { Language } from "../kernel/language.ts";
import type { ContactFact, ContactFactBody, EndedBy, Outcome } from "./facts.ts";
import { gradeWait } from "./grade.ts";
import { recordOf, type StayRecord, staysOf } from "./stays.ts";

/** The call detail record: what the facts of one contact come to. */
export type ContactRecord = {
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly direction: "inbound";
  readonly carrier: string;
  readonly fromNumber: string;
  readonly toNumber: string;
  readonly numberId: NumberId;
  readonly brandId: BrandId;
  readonly flowId: FlowId;
  readonly flowVersion: number;
  readonly language: Language;
  /** The last queue the contact stood in, and the last agent who answered. */
  readonly queueId: QueueId | null;
  readonly agentId: AgentId | null;
  readonly outcome: Outcome | null;
  readonly endedBy: EndedBy | null;
  readonly offeredAt: Instant;
  readonly queuedAt: Instant | null;
  readonly answeredAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly wrappedUpAt: Instant | null;
  readonly waitedMs: Ms | null;
  /** From hearing each other to the agent's leaving, hold included; outside the house, to the end of that conversation. */
  readonly talkMs: Ms;
  readonly holdMs: Ms;
  readonly wrapUpMs: Ms;
  /** Answered within the target owed at the time; null when the contact does not count for the service level. */
  readonly withinTarget: boolean | null;
  readonly shortAbandon: boolean;
  readonly disposition: string | null;
  readonly success: boolean;
  readonly notes: string;
  /** Facts 1 to this number are folded in; a later one that has overtaken an earlier waits for it. */
  readonly factsFolded: number;
};

export type LegRecord = Omit<Extract<ContactFactBody, { type: "leg_ended" }>, "type">;
export type RecordingRecord = {
  readonly recordingSid: CarrierSid;
  readonly purpose: "call" | "voicemail";
  readonly durationS: number;
  readonly key: string;
  readonly bytes: number | null;
  readonly storedAt: Instant;
};

/** What may be billed. It is told by the facts up to its own alone, so it never changes once it can be written. */
export type UsageItem = {
  readonly sourceEventId: string;
  readonly kind: "contact" | "carrier_leg" | "success";
  readonly occurredAt: Instant;
  readonly quantity: number;
  readonly attributes: UsageItemAttributes;
};
export type UsageItemAttributes = {
  readonly outcome?: string;
  readonly queueId?: string;
  readonly number: string;
  readonly direction: string;
  readonly party?: string;
  readonly disposition?: string;
  readonly talkS?: number;
  readonly callSid?: string;
  readonly status?: string;
};

export type ContactProjection = {
  readonly contact: ContactRecord;
  readonly stays: readonly StayRecord[];
  readonly legs: readonly LegRecord[];
  readonly recordings: readonly RecordingRecord[];
  readonly usage: readonly UsageItem[];
};

type Folding = { -readonly [key in keyof ContactRecord]: ContactRecord[key] } & {
  heldSince: Instant | null;
  target: Extract<ContactFactBody, { type: "queued" }>["target"] | null;
};

/**
 * Folds the facts of one contact, in any order and with any repeats, into its record, legs, recordings and usage. Only
 * the unbroken run from fact 1 is folded; null while fact 1 is missing. So the same set of facts gives the same answer
 * however it came, and a projection can be thrown away and built again.
 */
export function projectContact(facts: readonly ContactFact[]): ContactProjection | null {
  const run = unbroken(facts);
  const first = run[0];
  if (first?.body.type !== "contact_offered") return null;
  const record = opened(first, first.body);
  const legs: LegRecord[] = [];
  const recordings: RecordingRecord[] = [];
  const usage: UsageItem[] = [];
  for (const fact of run) {
    fold(record, fact);
    if (fact.body.type === "leg_ended") {
      const { type: _, ...leg } = fact.body;
      legs.push(leg);
    }
    if (fact.body.type === "recording_stored") {
      const { recordingSid, purpose, durationS, key, bytes = null } = fact.body;
      recordings.push({ recordingSid, purpose, durationS, key, bytes, storedAt: fact.at });
    }
    const item = usageOf(record, fact);
    if (item !== null) usage.push(item);
  }
  const { heldSince: _h, target: _t, ...contact } = record;
  const stays = staysOf(run).map(recordOf);
  return { contact: { ...contact, factsFolded: run.length }, stays, legs, recordings, usage };
}

/** Sorted, each number once, up to the first gap. */
function unbroken(facts: readonly ContactFact[]): ContactFact[] {
  const bySeq = new Map(facts.map((fact) => [fact.seq, fact]));
  const run: ContactFact[] = [];
  for (let seq = 1; ; seq++) {
    const fact = bySeq.get(seq);
    if (fact === undefined) return run;
    run.push(fact);
  }
}

function opened(fact: ContactFact, body: Extract<ContactFactBody, { type: "contact_offered" }>): Folding {
  return {
    tenantId: fact.tenantId,
    contactId: fact.contactId,
    direction: body.direction,
    carrier: body.carrier,
    fromNumber: body.from,
    toNumber: body.to,
    numberId: body.numberId,
    brandId: body.brandId,
    flowId: body.flowId,
    flowVersion: body.flowVersion,
    language: body.language,
    queueId: null,
    agentId: null,
    outcome: null,
    endedBy: null,
    offeredAt: fact.at,
    queuedAt: null,
    answeredAt: null,
    endedAt: null,
    wrappedUpAt: null,
    waitedMs: null,
    talkMs: 0,
    holdMs: 0,
    wrapUpMs: 0,
    withinTarget: null,
    shortAbandon: false,
    disposition: null,
    success: false,
    notes: "",
    factsFolded: 0,
    heldSince: null,
    target: null,
  };
}

function fold(record: Folding, { at, body }: ContactFact): void {
  switch (body.type) {
    case "queued":
      record.queueId = body.queueId;
      record.queuedAt ??= body.queuedAt;
      record.target = body.target;
      return;
    case "seat_answered":
      record.agentId = body.agentId;
      record.answeredAt ??= at;
      return;
    case "left_queue":
      return foldLeftQueue(record, body);
    case "held":
      record.heldSince = at;
      return;
    case "resumed":
      return endHold(record, at);
    case "agent_left":
      endHold(record, at);
      if (record.answeredAt !== null) record.talkMs = at - record.answeredAt;
      return;
    case "outside_left":
      record.talkMs = body.talkMs;
      return;
    case "ended":
      record.outcome = body.outcome;
      record.endedBy = body.endedBy;
      record.endedAt = at;
      return;
    case "wrapped_up":
      record.wrappedUpAt = at;
      record.wrapUpMs = body.wrapUpMs;
      record.disposition = body.disposition;
      record.success = body.success;
      record.notes = body.notes;
      return;
    default:
      // Steps of the flow, offers and carrier details belong to the contact's own page, not to its record.
      return;
  }
}

function foldLeftQueue(record: Folding, body: Extract<ContactFactBody, { type: "left_queue" }>): void {
  record.waitedMs = (record.waitedMs ?? 0) + body.waitedMs;
  if (record.target === null) return;
  const grade = gradeWait(body.why, body.waitedMs, record.target);
  record.withinTarget = grade.counts ? grade.within : null;
  record.shortAbandon = grade.shortAbandon;
}

function endHold(record: Folding, at: Instant): void {
  if (record.heldSince === null) return;
  record.holdMs += at - record.heldSince;
  record.heldSince = null;
}

function usageOf(record: Folding, { contactId, seq, at, body }: ContactFact): UsageItem | null {
  const base = { sourceEventId: `${contactId}:${seq}`, occurredAt: at };
  const about = {
    number: record.toNumber,
    direction: record.direction,
    ...(record.queueId === null ? {} : { queueId: record.queueId }),
  };
  switch (body.type) {
    case "leg_ended": {
      const { party, callSid, status, direction, durationS } = body;
      const attributes = { ...about, direction, party, callSid, status };
      return { ...base, kind: "carrier_leg", quantity: durationS, attributes };
    }
    case "ended": {
      // The house handled the contact when an agent did: a caller who gave up is never charged as a service.
      if (body.outcome !== "answered") return null;
      const talkS = Math.round(record.talkMs / 1_000);
      return { ...base, kind: "contact", quantity: 1, attributes: { ...about, outcome: body.outcome, talkS } };
    }
    case "wrapped_up": {
      if (!body.success) return null;
      const talkS = Math.round(record.talkMs / 1_000);
      const attributes = { ...about, disposition: body.disposition, talkS };
      return { ...base, kind: "success", quantity: 1, attributes };
    }
    default:
      return null;
  }
}
