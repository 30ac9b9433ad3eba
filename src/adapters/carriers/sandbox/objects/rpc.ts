import type { ClientMessage, LegMessage, PhoneMessage, ToClient } from "../browser-protocol.ts";
import type { LedgerLine } from "../exchange/events.ts";
import type { Account, Faults, RobotAction } from "../exchange/state.ts";
import type { AnswerTimes } from "./answer-times.ts";

/** What the objects ask of each other, and the control of them. */

/** One carrier account. */
export interface ExchangeRpc extends Rpc.DurableObjectBranded {
  setAccount(account: Account): void;
  setFaults(faults: Faults): void;
  /** A robot caller rings; null when the account has no such number. */
  placeRobot(from: string, to: string, script: readonly RobotAction[], patienceS: number | null): string | null;
  setRobotClient(identity: string, answerAfterS: number | null): void;
  ledger(since: number): LedgerLine[];
  health(): ExchangeHealth;
  /** A phone page calls; null when the account has no such number. */
  dial(handset: string, from: string, to: string): string | null;
  /** Signs a softphone in; the identity, or null when the token is not this account's. */
  registerClient(token: string, handset: string): string | null;
  isInCall(handset: string): boolean;
  fromHandset(handset: string, message: PhoneMessage | ClientMessage): void;
  handsetGone(handset: string): void;
  /** Drops the object from memory, as the platform may at any moment; what was saved is all that stays. */
  evict(): void;
}

export type ExchangeHealth = {
  readonly liveCalls: number;
  readonly openConferences: number;
  readonly timers: number;
  readonly webhooks: AnswerTimes;
};

/** One open browser. */
export interface HandsetRpc extends Rpc.DurableObjectBranded {
  /** Brings a message to the browser; false when no browser is there any more. */
  tell(message: LegMessage | ToClient): Promise<boolean>;
}

/** What all accounts share. */
export interface DirectoryRpc extends Rpc.DurableObjectBranded {
  setAccount(account: Account): Promise<void>;
  accountOf(e164: string): string | null;
  accountSids(): string[];
  faults(): Faults;
  setFaults(faults: Faults): Promise<void>;
}
