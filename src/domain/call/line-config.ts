import type { Calendar, Flow } from "../flow/flow.ts";
import type { BrandId, NumberId, PhoneNumber, PoolId, QueueId, TenantId } from "../kernel/ids.ts";
import type { Language } from "../kernel/language.ts";

/**
 * The published configuration of one number: all that a call on it needs, so that a call never asks the database.
 * Publishing replaces it whole; a call reads it once, at its start, and keeps the version it began with.
 */
export type LineConfig = {
  readonly version: number;
  readonly tenantId: TenantId;
  readonly tenantName: string;
  /** IANA name of the client's own zone: its boards and reports begin their day at midnight there. */
  readonly timeZone: string;
  readonly number: { readonly id: NumberId; readonly e164: PhoneNumber; readonly label: string };
  readonly brand: {
    readonly id: BrandId;
    /** The name agents say when they answer. */
    readonly name: string;
    readonly color: string;
    readonly greeting: string;
  };
  readonly language: Language;
  readonly flow: Flow;
  readonly calendars: { readonly [name: string]: Calendar };
  readonly queues: { readonly [id: string]: QueueConfig };
  readonly recordCalls: boolean;
  readonly dispositions: readonly Disposition[];
};

export type QueueConfig = {
  readonly id: QueueId;
  readonly poolId: PoolId;
  readonly name: string;
  readonly priority: number;
  readonly skills: readonly string[];
  readonly strategy: string;
  readonly ringTimeoutS: number;
  readonly wrapUpS: number;
  /** Service level: this share of contacts answered within so many seconds; hang-ups before `shortAbandonS` do not count. */
  readonly target: { readonly share: number; readonly withinS: number; readonly shortAbandonS: number };
};

export type Disposition = {
  readonly code: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly success: boolean;
};
