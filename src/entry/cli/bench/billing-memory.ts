import { minorPerMajor } from "../../../domain/kernel/money.ts";
import { chargesFor } from "../../../domain/rating/allot.ts";
import { NOTHING, type Totals, withWorth } from "../../../domain/rating/totals.ts";
import type { UsageRecord } from "../../../domain/rating/usage.ts";
import { worthUnder } from "../../../domain/rating/worth.ts";
import { CHARGES, usageOfContacts } from "./billing-stage.ts";
import { bootstrap, type Figure } from "./measure.ts";

const ROUNDS = 8;
const CONTACTS = 40_000;
const RECORDS_PER_S = 200_000;

/** Records rated by the rules alone: which charge, what it is worth on both sides, added up exactly. */
export function benchMemory(log: (line: string) => void): Figure[] {
  log("rating in memory");
  const usage = usageOfContacts(CONTACTS).map(recordOf);
  const rates = Array.from({ length: ROUNDS + 1 }, () => rateAll(usage)).slice(1);
  return [
    {
      id: "B8.memory",
      what: "records rated in memory, against those wanted",
      against: `${RECORDS_PER_S.toLocaleString("en-US")} a second`,
      gate: { at: "least", value: 1 },
      aim: null,
      unit: "×",
      measured: bootstrap(rates.map((rate) => rate / RECORDS_PER_S)),
      samples: rates.length,
      beside: { recordsPerS: Math.round(Math.max(...rates)) },
    },
  ];
}

function recordOf(usage: ReturnType<typeof usageOfContacts>[number]): UsageRecord {
  const { sourceEventId: id, kind, occurredAt, quantity, contactId, attrs } = usage;
  return { id, kind, occurredAt, quantity, contactId, attributes: attrs };
}

function rateAll(usage: readonly UsageRecord[]): number {
  const period = { from: usage[0]?.occurredAt ?? 0, to: Number.MAX_SAFE_INTEGER };
  const share = { days: 31, of: 31 };
  const segment = {
    version: "v1",
    ...period,
    share,
    seatsPeak: 0,
    begins: false,
    serviceLevel: null,
    charges: CHARGES,
  };
  const startedMs = performance.now();
  const chargeFor = chargesFor(period, [segment]);
  const worths = new Map(CHARGES.map((charge) => [charge, worthUnder(charge, minorPerMajor("USD"))]));
  const totals = new Map<unknown, Totals>();
  for (const record of usage) {
    const found = chargeFor(record);
    const worth = typeof found === "string" ? undefined : worths.get(found.charge)?.(record);
    if (worth === undefined || typeof found === "string") throw new Error("the contract charges all of it");
    totals.set(found.charge, withWorth(totals.get(found.charge) ?? NOTHING, worth));
  }
  return (usage.length * 1000) / (performance.now() - startedMs);
}
