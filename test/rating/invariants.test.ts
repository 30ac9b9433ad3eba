import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { addDays, dayNumber } from "../../src/domain/kernel/calendar-days.ts";
import { partition, roundToMinor } from "../../src/domain/kernel/money.ts";
import { add, compare, exactText, multiply, rational, subtract, sum, ZERO } from "../../src/domain/kernel/rational.ts";
import { balanceOf } from "../../src/domain/ledger/accounts.ts";
import { entriesOf } from "../../src/domain/ledger/posting.ts";
import { adjustmentsOf, type BookedLine, bookedTogether } from "../../src/domain/rating/adjustment.ts";
import { anniversaries } from "../../src/domain/rating/billing-periods.ts";
import { billedSeconds } from "../../src/domain/rating/call-time.ts";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { creditTaxMinor, taxGroupsOf } from "../../src/domain/rating/invoice-tax.ts";
import type { RatedLine } from "../../src/domain/rating/line.ts";
import { canonicalText, rateMonth, rateTotals } from "../../src/domain/rating/rate.ts";
import { clawback } from "../../src/domain/rating/settlement.ts";
import { tierRanges } from "../../src/domain/rating/tiers.ts";
import { NO_USAGE, NOTHING, totalsOf, withWorth } from "../../src/domain/rating/totals.ts";
import type { UsageRecord } from "../../src/domain/rating/usage.ts";
import { volumeCliffs } from "../../src/domain/rating/volume.ts";
import { worthUnder } from "../../src/domain/rating/worth.ts";
import { billingMonth } from "../../src/features/billing/period.ts";
import { contracts, disturbed, FROM, month, streams, TO, tariffs } from "./generated.ts";

// CI runs each of these ten thousand times: INVARIANT_RUNS=10000 npm test, as .ci/run does.
const RUNS = Number(process.env.INVARIANT_RUNS ?? 100);
fc.configureGlobal({ numRuns: RUNS });
vi.setConfig({ testTimeout: 30_000 + RUNS * 20 });

const minorOf = (lines: readonly { readonly amountMinor: bigint }[]) =>
  lines.reduce((all, it) => all + it.amountMinor, 0n);
const holds = <Ts extends [unknown, ...unknown[]]>(...property: Parameters<typeof fc.property<Ts>>) =>
  fc.assert(fc.property<Ts>(...property));

describe("the nineteen invariants of billing, over contracts of every model and streams of events", () => {
  test("1 the total is the sum of its lines and tax groups, and a balance is never below what was credited and paid", () => {
    holds(contracts, streams, fc.nat(100), (terms, usage, paidShare) => {
      const { lines, totalMinor } = rateMonth(month(terms, usage));
      expect(minorOf(lines)).toBe(totalMinor);
      const groups = taxGroupsOf(
        lines.map((it, at) => ({ category: "S", rate: at % 2 === 0 ? "6" : "13", netMinor: it.amountMinor })),
      );
      expect(groups.reduce((all, it) => all + it.baseMinor, 0n)).toBe(totalMinor);
      const gross = totalMinor + groups.reduce((all, it) => all + it.taxMinor, 0n);
      const paid = gross > 0n ? (gross * BigInt(paidShare)) / 100n : 0n;
      expect(gross <= 0n || gross - paid >= 0n).toBe(true);
    });
  });

  test("2 an invoice and what is credited of it sum to nothing in the ledger, and what is receivable is what is open", () => {
    holds(contracts, streams, fc.nat(7), (terms, usage, pick) => {
      const { lines } = rateMonth(month(terms, usage));
      const services = lines.map((it) => ({ service: it.code, amountMinor: it.amountMinor }));
      const credited = services.slice(0, pick % (services.length + 1));
      const deeds = [
        entriesOf({ type: "invoice_finalized", id: "i", currency: "CNY", lines: services, taxMinor: 0n }),
        entriesOf({ type: "credit_note_issued", id: "n", currency: "CNY", lines: credited, taxMinor: 0n }),
      ];
      const sums = { debit: 0n, credit: 0n };
      let [debits, credits] = [0n, 0n];
      for (const entry of deeds.flat()) {
        debits += entry.amountMinor;
        credits += entry.amountMinor;
        if (entry.debit.kind === "receivable") sums.debit += entry.amountMinor;
        if (entry.credit.kind === "receivable") sums.credit += entry.amountMinor;
        expect(entry.amountMinor > 0n).toBe(true);
      }
      expect(debits - credits).toBe(0n);
      expect(balanceOf("receivable", sums)).toBe(minorOf(services) - minorOf(credited));
    });
  });

  test("3 any permutation, repetition and batching of the same events gives the same outcome", () => {
    holds(
      contracts,
      streams.chain((usage) => fc.tuple(fc.constant(usage), disturbed(usage))),
      (terms, [usage, other]) => {
        const [one, two] = [rateMonth(month(terms, usage)), rateMonth(month(terms, other))];
        expect(canonicalText(two)).toBe(canonicalText(one));
        expect(two.lines.map((it) => it.items)).toEqual(one.lines.map((it) => it.items));
      },
    );
  });

  test("4 rating again what is booked leaves nothing to book", () => {
    holds(contracts, streams, (terms, usage) => {
      const { lines } = rateMonth(month(terms, usage));
      expect(adjustmentsOf(lines.map(bookedOf), rateMonth(month(terms, usage)).lines)).toEqual([]);
    });
  });

  test("5 all deltas of a period come to its final snapshot rated once, up and down, for every model", () => {
    holds(contracts, streams, fc.array(fc.nat(20), { maxLength: 2 }), (terms, usage, cuts) => {
      const snapshots = [...cuts.map((cut) => usage.filter((_, at) => (at * 7) % 20 < cut)), usage];
      let booked: BookedLine[] = [];
      for (const snapshot of snapshots) {
        const deltas = adjustmentsOf(booked, rateMonth(month(terms, snapshot)).lines);
        booked = bookedTogether([...booked, ...deltas.map(bookedDelta)]);
      }
      const final = rateMonth(month(terms, usage));
      const left = new Map(booked.map((it) => [it.key, it.amountMinor]));
      for (const line of final.lines) expect(left.get(line.key) ?? 0n, line.key).toBe(line.amountMinor);
      expect([...left.values()].reduce((a, b) => a + b, 0n)).toBe(final.totalMinor);
    });
  });

  test("6 periods tile time without gap or overlap, over clock changes, leap days and shorter months", () => {
    const zones = fc.constantFrom(
      "Asia/Shanghai",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Africa/Cairo",
    );
    holds(
      zones,
      fc.integer({ min: 2019, max: 2035 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(27),
      (zone, year, at, day) => {
        const key = `${year}-${String(at).padStart(2, "0")}`;
        const next = at === 12 ? `${year + 1}-01` : `${year}-${String(at + 1).padStart(2, "0")}`;
        const [here, there] = [billingMonth(zone, key), billingMonth(zone, next)];
        expect([here.to, here.end]).toEqual([there.from, there.start]);
        expect(here.days).toBe(dayNumber(here.end) - dayNumber(here.start));
        const periods = anniversaries(addDays(here.start, day), 4, 1);
        for (const [n, period] of periods.entries()) expect(periods[n + 1]?.from ?? period.to).toBe(period.to);
      },
    );
  });

  test("7 every record is charged by one charge, or named with its reason; nothing is unrated in silence", () => {
    holds(contracts, streams, (terms, usage) => {
      const { lines, unrated } = rateMonth(month(terms, usage));
      const charged = new Map<string, Set<string>>();
      for (const line of lines) {
        for (const item of line.items)
          charged.set(item.usageId, (charged.get(item.usageId) ?? new Set()).add(line.code));
      }
      for (const codes of charged.values()) expect(codes.size).toBe(1);
      expect([...charged.keys(), ...unrated.map((it) => it.usageId)].sort()).toEqual(usage.map((it) => it.id).sort());
    });
  });

  test("8 a line is the sum of its items, rounded once: never more than half a minor unit away", () => {
    holds(contracts, streams, (terms, usage) => {
      for (const line of rateMonth(month(terms, usage)).lines) {
        if (line.items.length > 0)
          expect(exactText(sum(line.items.map((it) => it.amount)))).toBe(exactText(line.exact));
        const off = subtract(rational(line.amountMinor, 100), line.exact);
        const most = line.completes === undefined ? rational(1, 200) : rational(1, 100);
        expect(compare(off.num < 0n ? rational(-off.num, off.den) : off, most) <= 0, line.key).toBe(true);
      }
    });
  });

  test("9 the parts of a proration add up to the whole, each between nothing and all of it", () => {
    const parts = fc.array(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 6 });
    holds(fc.nat(1_000_000), parts, (amount, days) => {
      const whole = rational(days.reduce((a, b) => a + b, 0));
      const split = partition(
        rational(amount),
        days.map((it) => rational(it)),
        whole,
      );
      expect(split.reduce((a, b) => a + b, 0n)).toBe(BigInt(amount));
      for (const part of split) expect(part >= 0n && part <= BigInt(amount)).toBe(true);
    });
  });

  test("10 more usage never makes tiers or packages cheaper; where a volume price falls its cliff is named", () => {
    holds(contracts, fc.nat(12), (terms, count) => {
      for (const charge of terms) {
        if (!("usage" in charge) || charge.limits !== undefined) continue;
        const total = (n: number) => rateMonth(month([charge], counted(charge, n))).totalMinor;
        if (total(count + 1) >= total(count)) continue;
        expect(charge.model).toBe("volume");
        if (charge.model === "volume") {
          expect(volumeCliffs(tierRanges(charge.tiers)).map(exactText)).toContain(String(count));
        }
      }
    });
  });

  test("11 a limited charge comes to its minimum at least and its maximum at most", () => {
    holds(contracts, streams, (terms, usage) => {
      const { lines } = rateMonth(month(terms, usage));
      for (const { code, limits } of terms) {
        if (limits === undefined) continue;
        const minor = minorOf(lines.filter((it) => it.code === code));
        expect(minor >= roundToMinor(text(limits.minimum ?? "0"), "CNY")).toBe(true);
        expect(minor <= roundToMinor(text(limits.maximum ?? "0"), "CNY")).toBe(true);
      }
    });
  });

  test("12 billed seconds are at least those spoken and less than an increment more; nothing for no answer", () => {
    holds(tariffs, fc.nat(5000), ({ firstS, nextS }, seconds) => {
      const billed = billedSeconds(rational(seconds), firstS, nextS);
      expect(billed).toBeGreaterThanOrEqual(seconds);
      if (seconds === 0) expect(billed).toBe(0);
      else if (seconds <= firstS) expect(billed).toBe(firstS);
      else expect(billed).toBeLessThan(seconds + nextS);
    });
  });

  test("13 credit notes never exceed the invoice, and come to all of it when everything is credited, tax included", () => {
    holds(contracts, streams, fc.array(fc.nat(100), { maxLength: 4 }), (terms, usage, cuts) => {
      const { totalMinor } = rateMonth(month(terms, usage));
      fc.pre(totalMinor > 0n);
      const [group] = taxGroupsOf([{ category: "S", rate: "13", netMinor: totalMinor }]);
      if (group === undefined) return;
      let [net, tax] = [0n, 0n];
      for (const cut of [...cuts, 100]) {
        const part = ((totalMinor - net) * BigInt(cut)) / 100n;
        tax += creditTaxMinor(group, { creditedMinor: net, creditedTaxMinor: tax }, part);
        net += part;
        expect(net <= totalMinor && tax <= group.taxMinor).toBe(true);
      }
      expect([net, tax]).toEqual([totalMinor, group.taxMinor]);
    });
  });

  test("14 what is sold less what it costs is the margin, the same for a call, a line and a report", () => {
    holds(contracts, streams, (terms, usage) => {
      for (const line of rateMonth(month(terms, usage)).lines) {
        if (line.detail.kind !== "carrier_time") continue;
        const sells = sum(line.items.map((it) => it.amount));
        const buys = sum(line.items.map((it) => it.cost ?? ZERO));
        const margins = sum(line.items.map((it) => subtract(it.amount, it.cost ?? ZERO)));
        expect(exactText(subtract(sells, buys))).toBe(line.detail.margin);
        expect(exactText(margins)).toBe(line.detail.margin);
      }
    });
  });

  test("15 taking every sale back brings commission to nothing, and never more than was earned", () => {
    holds(contracts, streams, fc.nat(14), (terms, usage, kept) => {
      for (const line of rateMonth(month(terms, usage)).lines) {
        if (line.model !== "commission") continue;
        const back = line.items.slice(kept).map((it) => clawback(it.amount));
        const left = add(line.exact, sum(back));
        expect(left.num >= 0n).toBe(true);
        if (kept === 0) expect(left.num).toBe(0n);
      }
    });
  });

  test("16 seats in advance: over all months the price times the highest number so far, month by month", () => {
    const counts = fc.array(fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    holds(counts, fc.nat(4), (months, minCount) => {
      const seats: Charge = {
        code: "s",
        label: { zh: "s", en: "s" },
        model: "recurring",
        of: "seat",
        price: "10.00",
        per: 1,
        minCount,
        timing: "advance",
      };
      const total = months.map((levels, at) => {
        const days = levels.map((count) => ({ days: 1, count }));
        const share = { days: levels.length, of: levels.length };
        const following = months[at + 1];
        const next = following === undefined ? null : { days: following.length, of: following.length };
        const stocks = { seat: { days, next: following?.[0] ?? 0 } };
        return rateMonth(month([seats], [], { share, next, stocks, begins: at === 0 })).totalMinor;
      });
      const highest = months.map((levels) => Math.max(minCount, ...levels));
      expect(total.reduce((a, b) => a + b, 0n)).toBe(BigInt(highest.reduce((a, b) => a + b, 0)) * 1000n);
    });
  });

  test("17 a later version changes nothing of the days before it", () => {
    holds(contracts, contracts, streams, (old, next, usage) => {
      const middle = FROM + 15 * 86_400_000;
      const half = { days: 15, of: 30 };
      const first = { ...month(old, []).segments[0], to: middle, share: half, next: null } as ReturnType<
        typeof month
      >["segments"][number];
      const second = { ...first, version: "v2", from: middle, to: TO, charges: next };
      const whole = { ...month(old, usage), segments: [first, second] };
      const lines = rateMonth(whole).lines.filter((it) => it.key.endsWith("@v1"));
      const alone = rateMonth({ ...whole, segments: [first] }).lines;
      expect(lines.map((it) => [it.key, it.amountMinor, it.detail])).toEqual(
        alone.map((it) => [it.key, it.amountMinor, it.detail]),
      );
    });
  });

  test("18 one client's events never change another's outcome, however their runs are mixed", () => {
    holds(contracts, contracts, streams, streams, (ours, theirs, mine, others) => {
      const alone = canonicalText(rateMonth(month(ours, mine)));
      const [other, again] = [rateMonth(month(theirs, others)), rateMonth(month(ours, mine))];
      expect(canonicalText(again)).toBe(alone);
      expect(canonicalText(rateMonth(month(theirs, others)))).toBe(canonicalText(other));
    });
  });

  test("19 a draft from sums, added up record by record as a preview does, is the invoice to the byte", () => {
    holds(contracts, streams, (terms, usage) => {
      const input = month(terms, usage);
      const whole = rateMonth(input);
      const chargeOf = new Map<string, string>();
      for (const line of whole.lines) for (const item of line.items) chargeOf.set(item.usageId, line.code);
      const drafted = rateTotals("CNY", input.segments, {
        totals: (key) => {
          const charge = terms.find((it) => `${it.code}@v1` === key);
          if (charge === undefined) return NO_USAGE;
          const worth = worthUnder(charge, 100n);
          const own = usage.filter((it) => chargeOf.get(it.id) === charge.code).map(worth);
          expect(totalsOf(own).all).toEqual(own.reduce(withWorth, NOTHING));
          return totalsOf(own);
        },
        contacts: () =>
          usage.filter((it) => it.kind === "contact" && it.occurredAt >= FROM && it.occurredAt < TO).length,
      });
      expect(canonicalText({ ...drafted, unrated: whole.unrated })).toBe(canonicalText(whole));
    });
  });
});

function text(decimal: string) {
  return multiply(
    rational(BigInt(decimal.replace(".", ""))),
    rational(1, decimal.includes(".") ? 10 ** (decimal.length - decimal.indexOf(".") - 1) : 1),
  );
}

function counted(charge: Charge, count: number): UsageRecord[] {
  const kind = "usage" in charge ? charge.usage : "contact";
  return Array.from({ length: count }, (_, at) => {
    return {
      id: `n${at}`,
      kind,
      occurredAt: FROM + at,
      quantity: 1,
      contactId: null,
      attributes: { outcome: "answered" },
    };
  });
}

function bookedOf(line: RatedLine): BookedLine {
  const { key, quantity, exact, amountMinor } = line;
  return { key, quantity, exact, amountMinor, items: new Map(line.items.map((item) => [item.usageId, item])) };
}

function bookedDelta(it: ReturnType<typeof adjustmentsOf>[number]): BookedLine {
  const quantity = subtract(it.now?.quantity ?? ZERO, it.booked?.quantity ?? ZERO);
  return {
    key: it.key,
    quantity,
    exact: it.exact,
    amountMinor: it.amountMinor,
    items: new Map(it.items.map((item) => [item.usageId, item])),
  };
}
