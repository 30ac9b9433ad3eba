import type { ContactId, ReservationId } from "../../domain/kernel/ids.ts";
import type { ContactSeatRpc, SeatStage } from "../../domain/routing/index.ts";
import type { Env } from "../env.ts";
import { objectName } from "./contact-id.ts";
import type { Owed, SeatPoolStorage } from "./seat-pool-storage.ts";

/** First retry after a quarter of a second, doubling, at most ten: a caller is waiting. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;
/** What is owed is sent at once; this alarm is for an object that died in between. */
const GUARD_MS = 1_000;
/** Messages looked at in one round; the next round follows at once. */
const ROUND_MAX = 200;
/** Facts in one queue message: far below the platform's 128 kB. */
const FACTS_PER_MESSAGE_MAX = 200;

/** What a contact said about a reservation when it was told something. */
type Heard = (contactId: ContactId, reservationId: ReservationId, stage: SeatStage) => void;

/**
 * Delivers what the pool owes: messages to contacts, in order for each contact and at once for different ones, and
 * agents' facts to the queue. What fails stays and is tried again by the pool's alarm.
 */
export class SeatPoolOutbox {
  private readonly env: Env;
  private readonly storage: SeatPoolStorage;
  private readonly heard: Heard;
  private readonly busy = new Set<string>();
  private sendingFacts = false;

  constructor(env: Env, storage: SeatPoolStorage, heard: Heard) {
    this.env = env;
    this.storage = storage;
    this.heard = heard;
  }

  /** Platform time of the next try; null when nothing is owed. */
  nextTryAt(): number | null {
    const earliest = this.storage.owedFrom();
    return earliest === null ? null : Math.max(earliest, Date.now() + GUARD_MS);
  }

  async drain(): Promise<void> {
    await Promise.all([this.tellContacts(), this.sendFacts()]);
  }

  private async tellContacts(): Promise<void> {
    const rounds: Promise<void>[] = [];
    const byContact = Map.groupBy(this.storage.owedNow(Date.now(), ROUND_MAX), (owed) => owed.contactId);
    for (const [contactId, messages] of byContact) {
      if (this.busy.has(contactId)) continue;
      this.busy.add(contactId);
      rounds.push(this.tellContact(contactId, messages));
    }
    await Promise.all(rounds);
  }

  private async tellContact(contactId: ContactId, messages: readonly Owed[]): Promise<void> {
    let delivered = true;
    for (const owed of messages) {
      delivered = await this.deliver(owed);
      if (!delivered) break;
    }
    this.busy.delete(contactId);
    // What was added meanwhile has waited for this round to end.
    if (delivered) await this.tellContacts();
  }

  /** False when the contact could not be told: the rest of its messages wait with this one. */
  private async deliver(owed: Owed): Promise<boolean> {
    const { tenantId, contactId, message } = owed;
    try {
      const { CONTACT } = this.env;
      // ContactSeatRpc is what both objects are written against.
      const contact = CONTACT.get(
        CONTACT.idFromName(objectName.contact(tenantId, contactId)),
      ) as unknown as ContactSeatRpc;
      const stage = await say(contact, message);
      this.storage.delivered(owed.id);
      if (stage !== null && stage !== undefined) this.heard(contactId, message.reservationId, stage);
      return true;
    } catch (trouble) {
      const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(owed.attempts, 10));
      this.storage.postpone(owed.id, Date.now() + waitMs);
      warn("contact_not_told", trouble, { tenantId, contactId, kind: message.kind, attempts: owed.attempts + 1 });
      return false;
    }
  }

  private async sendFacts(): Promise<void> {
    if (this.sendingFacts) return;
    this.sendingFacts = true;
    try {
      for (;;) {
        const { upTo, facts } = this.storage.factsOwed(FACTS_PER_MESSAGE_MAX);
        if (facts.length === 0) return;
        await this.env.FACTS.send({ v: 1, kind: "agent", facts });
        this.storage.factsSent(upTo);
      }
    } catch (trouble) {
      warn("facts_kept", trouble, {});
    } finally {
      this.sendingFacts = false;
    }
  }
}

function say(contact: ContactSeatRpc, message: Owed["message"]): Promise<SeatStage | null> {
  switch (message.kind) {
    case "seat_reserved":
      return contact.seatReserved(message.agentId, message.reservationId, message.decision);
    case "seat_rang":
      return contact.seatRang(message.reservationId);
    case "seat_returned":
      return contact.seatReturned(message.reservationId, message.why);
    case "seat_accepted":
      return contact.seatAccepted(message.agentId, message.reservationId);
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
