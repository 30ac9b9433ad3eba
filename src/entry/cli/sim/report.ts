/** What one tenant's day came to. */
export type DayFigures = { offered: number; answered: number; inTime: number; abandoned: number };

export type SimReport = {
  readonly seats: number;
  readonly tenants: number;
  readonly days: number;
  readonly policy: string;
  readonly seed: number;
  readonly contacts: number;
  readonly wallSeconds: number;
  readonly rssMiB: number;
  readonly decisions: number;
  readonly decisionsPerSecond: number;
  readonly serviceLevelMean: number;
  /** Tenant-days that missed the service level or had more than 5 % abandoned. */
  readonly failingTenantDays: number;
  readonly failingServiceLevel: number;
  readonly failingAbandoned: number;
  readonly tenantDays: number;
  readonly over60s: number;
  readonly maxWaitS: number;
  readonly abandonedShare: number;
  readonly occupancy: number;
  readonly invariantsBroken: number;
  readonly firstBroken: string | null;
  readonly ledgerHash: string;
};

/** More abandoned than this fails a day, whatever the service level. */
export const ABANDONED_MAX = 0.05;

/** Which clauses of the contract a day has failed. Who gives up counts as not answered in time. */
export function clausesFailed(
  day: DayFigures,
  share: number,
): { readonly level: boolean; readonly abandoned: boolean } {
  return { level: day.inTime < share * day.offered, abandoned: day.abandoned > ABANDONED_MAX * day.offered };
}

/** A running hash of what happened: the same seed gives the same one. Two lanes of 32 bits (FNV-1a and its mirror). */
export class LedgerHash {
  private a = 0x811c9dc5;
  private b = 0x1b873593;

  add(value: number): void {
    const word = value | 0;
    this.a = Math.imul(this.a ^ word, 0x01000193);
    this.b = Math.imul(this.b ^ ((word << 13) | (word >>> 19)), 0x85ebca6b) + this.a;
  }

  toString(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, "0");
    return hex(this.a) + hex(this.b);
  }
}
