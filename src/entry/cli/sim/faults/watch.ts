import type { AgentFact, ContactFact } from "../../../../domain/call/facts.ts";
import type { ContactEvent, ContactStep } from "../../../../domain/call/state.ts";
import type { ContactId } from "../../../../domain/kernel/ids.ts";
import type { PoolEvent } from "../../../../domain/routing/index.ts";
import { LedgerHash } from "../report.ts";
import type { TrueLeg } from "./carrier.ts";
import type { ContactObject } from "./contact-object.ts";
import { OPENS_AT } from "./floor-plan.ts";
import { Ledger } from "./ledger.ts";
import type { PoolObject } from "./pool-object.ts";
import { ContactPromises } from "./promises-contact.ts";
import { unmatched } from "./promises-pair.ts";
import { PoolPromises } from "./promises-pool.ts";
import type { House } from "./watched.ts";
import { inWords } from "./words.ts";

export type Broken = { readonly promise: string; readonly contactId: ContactId | null; readonly at: number };

/** A small world that is still at it after so many steps will never end. */
const STEPS_MAX = 300_000;

/** Looks at every step of every object, remembers the first promise that is broken, and writes the trace that is wanted. */
export class Watch {
  broken: Broken | null = null;
  steps = 0;
  readonly ledger = new Ledger();
  readonly hash = new LedgerHash();
  readonly trace: string[] = [];
  private readonly house: House;
  private readonly traced: ContactId | "all" | null;
  private readonly contacts: ContactPromises;
  private readonly pools: PoolPromises;

  constructor(house: House, traced: ContactId | "all" | null) {
    this.house = house;
    this.traced = traced;
    this.contacts = new ContactPromises(house, this.ledger);
    this.pools = new PoolPromises(house);
  }

  breaks(contactId: ContactId | null, promise: string): void {
    this.broken ??= { promise, contactId, at: this.house.agenda.now };
  }

  contactStepped(contact: ContactObject, event: ContactEvent, step: ContactStep): void {
    this.count(contact.contactId);
    const { contactId } = contact;
    if (this.isTraced(contactId)) {
      const stage = step.state.stage.at;
      const came = [...step.facts.map((fact) => fact.body.type), ...step.effects.map((effect) => `do ${effect.do}`)];
      this.note(
        `${contactId}  ${inWords(event)} → ${stage}${step.ignored === null ? "" : ` (${step.ignored})`}  ${came.join(", ")}`,
      );
    }
    for (const fact of step.facts) this.addFact(fact);
    const promise = this.contacts.broken(contact, event, step);
    if (promise !== null) this.breaks(contactId, promise);
  }

  poolStepped(object: PoolObject, event: PoolEvent): void {
    this.count(null);
    this.notePool(object, event);
    for (const fact of object.pool.out.facts) this.addAgentFact(fact);
    const broken =
      this.pools.brokenByStep(object.pool, object.now()) ?? (object.isWaking ? null : this.pools.broken(object));
    if (broken !== null) this.breaks(broken.contactId, broken.promise);
  }

  /** Restoring is a step too: what comes out of the rows must keep every promise at once. */
  poolRestored(object: PoolObject): void {
    if (this.traced !== null) this.note("pool  restarts");
    const broken = this.pools.broken(object);
    if (broken !== null) this.breaks(broken.contactId, `after a restart of the pool: ${broken.promise}`);
  }

  /** Contact and pool owe each other nothing: they must agree. */
  compare(contactId: ContactId): void {
    if (this.broken !== null) return;
    const promise = unmatched(this.house, contactId);
    if (promise !== null) this.breaks(contactId, promise);
  }

  agentRings(leg: TrueLeg): void {
    if (this.isTraced(leg.contactId)) this.note(`${leg.contactId}  the carrier calls ${leg.agentId} (${leg.callSid})`);
    if (leg.agentId === null) return;
    for (const other of this.house.carrier.liveOf.get(leg.agentId) ?? []) {
      if (other !== leg && !other.isGivenUp)
        this.breaks(leg.contactId, `${leg.agentId} has two live calls: ${other.contactId} and ${leg.contactId}`);
    }
    for (const other of this.house.carrier.legs.values()) {
      const rival =
        other !== leg &&
        other.contactId === leg.contactId &&
        other.party === "agent" &&
        other.endedAt === null &&
        !other.isGivenUp;
      if (rival) this.breaks(leg.contactId, `two agents' legs in one contact: ${other.agentId} and ${leg.agentId}`);
    }
  }

  /** Everything is over: nobody and nothing may be left behind. */
  dayEnded(): void {
    if (this.broken !== null) return;
    const left =
      this.contacts.leftBehind() ??
      this.pools.leftBehind(this.house.pool) ??
      this.pools.miscounted(this.house.pool, this.ledger);
    if (left !== null) this.breaks(left.contactId, left.promise);
  }

  /** Agents' time with a contact, wrap-up included, and at work at all. */
  agentTime(): { readonly busyMs: number; readonly presentMs: number } {
    return this.pools.agentTime();
  }

  private count(contactId: ContactId | null): void {
    this.steps += 1;
    if (this.steps > STEPS_MAX) this.breaks(contactId, "goes round in circles");
  }

  private addFact({ seq, at, body, contactId }: ContactFact): void {
    this.hash.add(Number(contactId.slice(1)));
    this.hash.add(seq);
    this.hash.add(Math.round(at - OPENS_AT));
    this.hash.add(codeOf(body.type));
  }

  private addAgentFact({ agentId, seq, at, body }: AgentFact): void {
    this.hash.add(-1 - Number(agentId.slice(1)));
    this.hash.add(seq);
    this.hash.add(Math.round(at - OPENS_AT));
    this.hash.add(codeOf(body.to));
  }

  private notePool({ pool }: PoolObject, event: PoolEvent): void {
    if (this.traced === null) return;
    const about = "contactId" in event ? event.contactId : event.type === "wait" ? event.ticket.contactId : null;
    const messages = pool.out.messages.filter(({ contactId }) => this.isTraced(contactId));
    const agents = pool.out.facts.filter(({ body }) => body.contactId !== null && this.isTraced(body.contactId));
    if ((about === null || !this.isTraced(about)) && messages.length + agents.length === 0 && this.traced !== "all")
      return;
    const said = messages.map(({ message }) => `says ${message.kind} ${message.reservationId}`);
    const states = pool.out.facts.map(({ agentId, body }) => `${agentId} ${body.from}→${body.to}`);
    this.note(`pool  ${inWords(event)} → ${[...states, ...said].join(", ")}`);
  }

  private isTraced(contactId: ContactId): boolean {
    return this.traced === "all" || this.traced === contactId;
  }

  private note(line: string): void {
    this.trace.push(`${((this.house.agenda.now - OPENS_AT) / 1_000).toFixed(3).padStart(9)} s  ${line}`);
  }
}

function codeOf(word: string): number {
  let code = 0;
  for (let at = 0; at < word.length; at++) code = Math.imul(code, 31) + word.charCodeAt(at);
  return code;
}
