import { Outage } from "../domain/kernel/trouble.ts";

/** A letter to people at a client company. Plain text: it must be readable everywhere, and nothing in it is clickable by trick. */
export type Letter = {
  /** The same letter has the same key however often it is sent: the service delivers it once. */
  readonly key: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** What it is for, for the service's own lists: `dunning`. */
  readonly topic: string;
};

export type Mailer = {
  /** Handed over to the mail service; answers its id of the letter. */
  send(letter: Letter): Promise<{ readonly letterId: string }>;
};

export class MailOutage extends Outage {
  constructor(message: string, more: { retryable?: boolean; retryAfterMs?: number | null; cause?: unknown } = {}) {
    super("mail", message, more);
    this.name = "MailOutage";
  }
}
