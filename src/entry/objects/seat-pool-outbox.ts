import type { ContactId, PoolId, ReservationId } from "../../domain/kernel/ids.ts";
import type { ContactSeatRpc, SeatStage } from "../../domain/routing/index.ts";
import type { Env } from "../env.ts";
import { objectName } from "./contact-id.ts";
import type { Debt, Owed, SeatPoolStorage } from "./seat-pool-storage.ts";

/** First retry after a quarter of a second, doubling, at most ten: a caller is waiting. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;
/** What is owed is sent at once; this alarm is for an object that died in between. */
const GUARD_MS = 1_000;
/** Facts wait this long for company: one message then carries the changes of many agents. */
const FACTS_GATHER_MS = 200;
/** Facts in one queue message: far below the platform's 128 kB. */
const FACTS_PER_MESSAGE_MAX = 200;

/** What a contact said about a reservation when it was told something. */
type Heard = (contactId: ContactId, reservationId: ReservationId, stage: SeatStage) => void;

/** What one contact is owed, in order; `notBefore` and `attempts` after a failure. Platform time. */
type Lane = { readonly messages: Owed[]; attempts: number; notBefore: number; busy: boolean };

/**
 * Delivers what the pool owes: messages to contacts, in order for each contact and at once for different ones, and
 * agents' facts to the queue. What fails is tried again by the pool's alarm; what an eviction cuts off, by the next life.
 */
export class SeatPoolOutbox {
  private readonly env: Env;
  private readonly storage: SeatPoolStorage;
  private readonly poolId: () => PoolId;
  private readonly heard: Heard;
  private readonly lanes = new Map<ContactId, Lane>();
  private facts: Debt["facts"][number][] = [];
  private factsNotBefore = 0;
  private sendingFacts: Promise<void> | null = null;

  constructor(env: Env, storage: SeatPoolStorage, poolId: () => PoolId, heard: Heard) {
    this.env = env;
    this.poolId = poolId;
    this.storage = storage;
    this.heard = heard;
    this.add(storage.loadDebt());
  }

  add(debt: Debt): void {
    for (const owed of debt.messages) {
      const lane = this.lanes.get(owed.contactId);
      if (lane !== undefined) lane.messages.push(owed);
      else this.lanes.set(owed.contactId, { messages: [owed], attempts: 0, notBefore: 0, busy: false });
    }
    this.facts.push(...debt.facts);
  }

  /** Platform time of the next try; null when nothing is owed. */
  nextTryAt(): number | null {
    if (this.lanes.size === 0 && this.facts.length === 0) return null;
    let earliest = this.facts.length > 0 ? this.factsNotBefore : Number.POSITIVE_INFINITY;
    for (const lane of this.lanes.values()) earliest = Math.min(earliest, lane.notBefore);
    return Math.max(earliest, Date.now() + GUARD_MS);
  }

  /** Sends all that may be sent now; ends when it has arrived or failed. */
  async drain(): Promise<void> {
    const now = Date.now();
    const rounds: Promise<void>[] = [];
    for (const [contactId, lane] of this.lanes) {
      if (!lane.busy && lane.notBefore <= now) rounds.push(this.runLane(contactId, lane));
    }
    if (this.facts.length > 0 && this.factsNotBefore <= now) {
      this.sendingFacts ??= this.sendFacts().finally(() => {
        this.sendingFacts = null;
      });
      rounds.push(this.sendingFacts);
    }
    await Promise.all(rounds);
  }

  private async runLane(contactId: ContactId, lane: Lane): Promise<void> {
    lane.busy = true;
    for (let owed = lane.messages[0]; owed !== undefined; owed = lane.messages[0]) {
      try {
        const stage = await say(this.contactOf(owed), owed.message, this.poolId());
        lane.messages.shift();
        lane.attempts = 0;
        this.storage.settle(owed.row);
        if (stage !== null && stage !== undefined) this.heard(contactId, owed.message.reservationId, stage);
      } catch (trouble) {
        lane.notBefore = Date.now() + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(lane.attempts, 10));
        lane.attempts += 1;
        const { tenantId, message } = owed;
        warn("contact_not_told", trouble, { tenantId, contactId, kind: message.kind, attempts: lane.attempts });
        break;
      }
    }
    lane.busy = false;
    if (lane.messages.length === 0) this.lanes.delete(contactId);
  }

  private contactOf({ tenantId, contactId }: Owed): ContactSeatRpc {
    const { CONTACT } = this.env;
    // ContactSeatRpc is what both objects are written against.
    return CONTACT.get(CONTACT.idFromName(objectName.contact(tenantId, contactId))) as unknown as ContactSeatRpc;
  }

  private async sendFacts(): Promise<void> {
    await new Promise((done) => setTimeout(done, FACTS_GATHER_MS));
    while (this.facts.length > 0) {
      const batch = this.facts.slice(0, FACTS_PER_MESSAGE_MAX);
      try {
        await this.env.FACTS.send({ v: 1, kind: "agent", facts: batch.map(({ fact }) => fact) });
      } catch (trouble) {
        this.factsNotBefore = Date.now() + RETRY_FIRST_MS;
        return warn("facts_kept", trouble, { facts: this.facts.length });
      }
      this.facts = this.facts.slice(batch.length);
      for (const { row } of batch) this.storage.settle(row);
    }
    this.storage.forgetSettled();
  }
}

function say(contact: ContactSeatRpc, message: Owed["message"], poolId: PoolId): Promise<SeatStage | null> {
  switch (message.kind) {
    case "seat_reserved":
      return contact.seatReserved(message.agentId, message.reservationId, message.decision, poolId, message.attempt);
    case "seat_rang":
      return contact.seatRang(message.reservationId);
    case "seat_returned":
      return contact.seatReturned(message.reservationId, message.why);
    case "seat_accepted":
      return contact.seatAccepted(message.agentId, message.reservationId, poolId, message.telephone, message.attempt);
    case "agent_gone":
      return contact.agentGone(message.reservationId);
    case "wrap_up_lapsed":
      return contact.wrapUpLapsed(message.reservationId, message.wrapUpMs);
  }
}

function warn(what: string, trouble: unknown, about: Readonly<Record<string, unknown>>): void {
  const why = trouble instanceof Error ? trouble.message : String(trouble);
  console.warn(JSON.stringify({ level: "warn", what, ...about, why }));
}
