import type { ContactFact } from "../../domain/call/facts.ts";
import type { LineConfig } from "../../domain/call/line-config.ts";
import type { ContactState, Effect, Stage } from "../../domain/call/state.ts";

/** What a contact began with: never changes. */
export type Begun = {
  readonly config: LineConfig;
  /** The sealed carrier account that stands in this contact's webhook addresses. */
  readonly token: string;
};

/** An effect on its way: kept until it is done, so that an eviction at any moment loses nothing. */
export type Intent = {
  readonly effect: Effect;
  /** Counted before the attempt is made: a create that may have happened is looked up before it is made again. */
  readonly attempts: number;
  /** Platform time before which it is not tried again. */
  readonly notBefore: number;
};

/** All that changes in a contact: written whole, once per event. */
export type Mind = {
  readonly state: ContactState;
  readonly intents: readonly Intent[];
  /** Facts up to these numbers are known to have arrived. */
  readonly sentSeq: number;
  readonly liveSeq: number;
};

/** Once a contact knew of one open reservation only. */
type Queued = Extract<Stage, { at: "queued" }>;
type OldQueued = Omit<Queued, "seats"> & { readonly seat: Queued["seats"][number] | null };

const BEGUN = -2;
const MIND = -1;
const PUT_ONE = "insert or replace into entries (k, json) values (?, ?)";
const PUT_TWO = "insert or replace into entries (k, json) values (?, ?), (?, ?)";

/**
 * A contact's storage: one table, keyed by the number of the first fact of a batch, with two rows below zero for what it
 * began with and what it has in mind. An event costs one statement, with facts or without; the platform commits it before
 * any answer leaves.
 */
export class ContactMemory {
  begun: Begun | null;
  mind: Mind | null;
  private readonly sql: SqlStorage;
  /** Facts that are not known to have arrived, in order; null until they are asked for after a restart. */
  private unsent: ContactFact[] | null = null;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec("create table if not exists entries (k integer primary key, json text not null) without rowid");
    const rows = sql.exec<{ k: number; json: string }>("select k, json from entries where k < 0").toArray();
    this.begun = read(rows, BEGUN);
    this.mind = grown(read(rows, MIND));
  }

  begin(begun: Begun): void {
    this.begun = begun;
    this.unsent = [];
    this.put(BEGUN, begun);
  }

  save(mind: Mind, facts: readonly ContactFact[]): void {
    this.mind = mind;
    const first = facts[0];
    if (first === undefined) this.put(MIND, mind);
    else this.sql.exec(PUT_TWO, MIND, JSON.stringify(mind), first.seq, JSON.stringify(facts));
    this.unsent?.push(...facts);
  }

  /** Facts after a number that nobody is known to lack, in order. */
  factsAfter(seq: number): ContactFact[] {
    this.unsent ??= this.stored();
    return this.unsent.filter((fact) => fact.seq > seq);
  }

  /** Everybody has the facts up to here: they are kept in storage alone. */
  letGo(seq: number): void {
    this.unsent = this.unsent?.filter((fact) => fact.seq > seq) ?? null;
  }

  private stored(): ContactFact[] {
    return this.sql
      .exec<{ json: string }>("select json from entries where k > 0 order by k")
      .toArray()
      .flatMap((row) => JSON.parse(row.json) as ContactFact[]);
  }

  private put(k: number, value: unknown): void {
    this.sql.exec(PUT_ONE, k, JSON.stringify(value));
  }
}

/** A contact saved before a state grew a part has none of it. */
function grown(mind: Mind | null): Mind | null {
  if (mind === null) return null;
  const { state } = mind;
  const creates = state.creates.map((made) => ({ ...made, label: made.label ?? made.reservationId }));
  const grownState = { ...state, creates, parting: state.parting ?? null, stage: grownStage(state.stage) };
  return { ...mind, intents: mind.intents.map(grownIntent), state: grownState };
}

function grownStage(stage: Stage | OldQueued): Stage {
  if (stage.at === "talking") return { ...stage, away: stage.away ?? null, letGo: stage.letGo ?? false };
  if (stage.at !== "queued" || !("seat" in stage)) return stage;
  const { seat, ...queued } = stage;
  return { ...queued, seats: seat === null ? [] : [seat] };
}

function grownIntent(intent: Intent): Intent {
  const { effect } = intent;
  if (effect.do !== "add_participant") return intent;
  return { ...intent, effect: { ...effect, label: effect.label ?? effect.reservationId } };
}

function read<T>(rows: readonly { k: number; json: string }[], k: number): T | null {
  const row = rows.find((entry) => entry.k === k);
  return row === undefined ? null : JSON.parse(row.json);
}
