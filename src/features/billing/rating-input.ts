import type { TenantTx } from "../../adapters/db/index.ts";
import { daysBetween } from "../../domain/kernel/calendar-days.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import { type Charge, USUAL_FORMULA } from "../../domain/rating/charge.ts";
import type { ServiceLevel } from "../../domain/rating/line.ts";
import { type BillingMonth, startOfDay } from "./period.ts";
import { serviceLevel } from "./service-level.ts";
import { earlierOfTerms, stocksOf } from "./stocks.ts";
import { seatsPeak, type VersionInForce } from "./store.ts";

/** Grows when the same input may give another outcome, or lines that say more: old drafts are then written again. */
export const ENGINE_VERSION = 6;

/** The month cut by the versions in force, each with its own days, instants and seats. */
export async function segmentsOf(
  tx: TenantTx,
  contractId: string,
  versions: readonly VersionInForce[],
  month: BillingMonth,
): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const version of versions) {
    const [from, to] = [startOfDay(version.from, month.timeZone), startOfDay(version.to, month.timeZone)];
    const charges = version.charges.map((it) => it.charge);
    segments.push({
      version: `v${version.version}`,
      from,
      to,
      share: { days: daysBetween(version.from, version.to), of: month.days },
      seatsPeak: await seatsPeak(tx, version.from, version.to),
      begins: version.begins,
      serviceLevel: await levelOf(tx, charges, from, to),
      charges,
      stocks: await stocksOf(tx, charges, { from: version.from, to: version.to, timeZone: month.timeZone }),
      next: version.daysOfNext === 0 ? null : { days: version.daysOfNext, of: month.daysOfNext },
      earlierMinor: await earlierOfTerms(tx, contractId, charges, { monthStart: month.start, monthEnd: month.end }),
    });
  }
  return segments;
}

/** By the formula that the version's credits name; null where none credits. */
function levelOf(tx: TenantTx, charges: readonly Charge[], from: Instant, to: Instant): Promise<ServiceLevel> | null {
  const credit = charges.find((charge) => charge.model === "sla_credit");
  return credit === undefined ? null : serviceLevel(tx, from, to, credit.formula ?? USUAL_FORMULA);
}

/** What the terms come to in the month: versions, days, seats and service level; all that is not usage. */
export function termsText(versions: readonly VersionInForce[], segments: readonly Segment[]): string {
  return JSON.stringify(
    versions.map((version, at) => [
      version.version,
      version.contentHash,
      version.from,
      version.to,
      segments[at]?.seatsPeak,
      segments[at]?.serviceLevel,
      segments[at]?.stocks,
      segments[at]?.next,
      Object.entries(segments[at]?.earlierMinor ?? {}).map(([code, minor]) => [code, minor.toString()]),
    ]),
  );
}

/** `code@v1` to the row of the charge: what a line's key is traced by. */
export function chargeRows(versions: readonly VersionInForce[]): ReadonlyMap<string, string> {
  return new Map(
    versions.flatMap(({ version, charges }) => charges.map((it) => [`${it.charge.code}@v${version}`, it.id] as const)),
  );
}

/** The row of the charge that a line comes from. */
export function chargeRowOf(rows: ReadonlyMap<string, string>, { code, key }: { code: string; key: string }): string {
  const id = rows.get(`${code}@${key.slice(key.lastIndexOf("@") + 1)}`);
  assert(id !== undefined, `line ${key} comes from a charge of the contract`);
  return id;
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
