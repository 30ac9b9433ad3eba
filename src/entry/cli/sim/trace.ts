import type { Outcome, PoolEvent } from "../../../domain/routing/index.ts";
import { inWords } from "./faults/words.ts";

/** What happened to somebody in a run, line by line, and to which contacts. */
export class Trace {
  readonly lines: string[] = [];
  readonly contacts: string[] = [];
  private readonly subjects: ReadonlySet<string>;

  constructor(subjects: ReadonlySet<string>) {
    this.subjects = subjects;
  }

  /** One step, if it has to do with a subject: the event, and what came of it. */
  note(at: number, event: PoolEvent, { messages, facts }: Outcome): void {
    const contacts = [
      ...("contactId" in event ? [event.contactId] : []),
      ...("ticket" in event ? [event.ticket.contactId] : []),
      ...messages.map(({ contactId }) => contactId),
      ...facts.flatMap(({ body }) => (body.contactId === null ? [] : [body.contactId])),
    ];
    const others = [
      ...("agentId" in event ? [event.agentId] : []),
      ...("ticket" in event ? [event.ticket.queue.id, event.ticket.tenantId] : []),
      ...messages.map(({ tenantId }) => tenantId),
      ...facts.flatMap(({ agentId, body }) => (body.tenantId === null ? [agentId] : [agentId, body.tenantId])),
    ];
    if (![...contacts, ...others].some((name) => this.subjects.has(name))) return;
    this.contacts.push(...contacts);
    const told = messages.map(({ contactId, message }) => `${contactId} ${message.kind} ${message.reservationId}`);
    const became = facts.map(({ agentId, body }) => `${agentId} ${body.from} → ${body.to}`);
    const who = "ticket" in event ? ` ${event.ticket.contactId} queue=${event.ticket.queue.id}` : "";
    this.lines.push(`${clock(at)}  ${inWords(event)}${who}  ${[...told, ...became].join(", ")}`.trimEnd());
  }
}

/** The simulated time of day; days begin with the second midnight. */
function clock(at: number): string {
  return new Date(at).toISOString().slice(8, 23).replace("T", " ");
}
