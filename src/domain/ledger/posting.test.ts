import fc from "fast-check";
import { expect, test } from "vitest";
import { CURRENCIES, type Currency } from "../kernel/currency.ts";
import { ACCOUNT_KINDS, type AccountKind, accountKey, balanceOf, isAccountKind, KINDS } from "./accounts.ts";
import { keyOf, type LedgerEvent, PARTY_KINDS } from "./events.ts";
import { mayFlow } from "./flows.ts";
import { account, type Entry, entriesOf, reversed, unlawful } from "./posting.ts";

type Deed = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, "id" | "currency"> : never) : never;
const deed = (event: Deed) => ({ id: "d1", currency: "CNY", ...event }) as LedgerEvent;
const agent = { kind: "agent", agentId: "li-na" } as const;
const house = { kind: "house" } as const;
const shown = (entries: readonly Entry[]) =>
  entries.map((it) => `${side(it.debit)} < ${side(it.credit)} ${it.amountMinor}`);
const side = ({ kind, subject }: { kind: string; subject: string }) => (subject === "" ? kind : `${kind}/${subject}`);

test.each<[string, Deed, string[]]>([
  [
    "an invoice is owed by line, with its tax; money back for a missed service level is contra-revenue",
    {
      type: "invoice_finalized",
      lines: [
        { service: "calls", amountMinor: 900n },
        { service: "seats", amountMinor: 5_000n },
        { service: "calls", amountMinor: 100n },
        { service: "sla", amountMinor: -250n, slaCredit: true },
      ],
      taxMinor: 345n,
    },
    [
      "receivable < revenue/calls 1000",
      "receivable < revenue/seats 5000",
      "sla_credit/sla < receivable 250",
      "receivable < tax_payable 345",
    ],
  ],
  ["an invoice of nothing moves nothing", { type: "invoice_finalized", lines: [], taxMinor: 0n }, []],
  [
    "a discount is less revenue of its service",
    { type: "invoice_finalized", lines: [{ service: "calls", amountMinor: -5n }], taxMinor: -1n },
    ["revenue/calls < receivable 5", "tax_payable < receivable 1"],
  ],
  [
    "a credit note mirrors its invoice",
    { type: "credit_note_issued", lines: [{ service: "calls", amountMinor: 1_000n }], taxMinor: 60n },
    ["revenue/calls < receivable 1000", "tax_payable < receivable 60"],
  ],
  [
    "a write-off is a bad debt less the tax that comes back",
    { type: "write_off", amountMinor: 1_060n, taxMinor: 60n },
    ["bad_debt < receivable 1060", "tax_payable < bad_debt 60"],
  ],
  [
    "a payment pays invoices; the rest stays the client's",
    { type: "payment_received", into: "stripe_clearing", amountMinor: 1_200n, allocatedMinor: 1_060n },
    ["stripe_clearing < receivable 1060", "stripe_clearing < client_credit 140"],
  ],
  ["credit pays an invoice", { type: "client_credit_applied", amountMinor: 140n }, ["client_credit < receivable 140"]],
  [
    "a refund reopens what it had paid",
    { type: "payment_refunded", from: "cash", amountMinor: 1_200n, reopenedMinor: 1_060n },
    ["receivable < cash 1060", "client_credit < cash 140"],
  ],
  [
    "a payout empties what Stripe holds",
    { type: "stripe_paid_out", amountMinor: 1_000n },
    ["cash < stripe_clearing 1000"],
  ],
  [
    "a fee is kept by the provider",
    { type: "stripe_fee", amountMinor: 60n },
    ["payment_fees/stripe < stripe_clearing 60"],
  ],
  [
    "a package bought is owed as service, its tax at once",
    { type: "prepaid_bought", on: "receivable", amountMinor: 10_000n, taxMinor: 600n },
    ["receivable < prepaid 10600", "prepaid < tax_payable 600"],
  ],
  [
    "a draw pays an invoice",
    { type: "prepaid_drawn", amountMinor: 400n, pays: { by: "invoice" } },
    ["prepaid < receivable 400"],
  ],
  [
    "a draw without an invoice is revenue of its service",
    { type: "prepaid_drawn", amountMinor: 400n, pays: { by: "service", service: "calls" } },
    ["prepaid < revenue/calls 400"],
  ],
  ["what runs out is earned", { type: "prepaid_expired", amountMinor: 99n }, ["prepaid < revenue/prepaid_expired 99"]],
  [
    "carrier seconds are owed to the carrier",
    { type: "carrier_cost_accrued", carrier: "twilio", amountMinor: 77n },
    ["carrier_cost/twilio < carrier_payable/twilio 77"],
  ],
  [
    "a lower carrier cost runs the other way",
    { type: "carrier_cost_accrued", carrier: "twilio", amountMinor: -7n },
    ["carrier_payable/twilio < carrier_cost/twilio 7"],
  ],
  [
    "hours are owed to the agent",
    { type: "agent_cost_accrued", agentId: "li-na", amountMinor: 5_000n },
    ["agent_cost < agent_payable/li-na 5000"],
  ],
  [
    "revenue of the month is accrued by service",
    { type: "revenue_accrued", lines: [{ service: "calls", amountMinor: 5n }] },
    ["accrued_revenue < revenue/calls 5"],
  ],
  [
    "an agent's commission is a cost from the sale on",
    { type: "commission_accrued", to: agent, amountMinor: 30n },
    ["commission_cost < commission_pending/li-na 30"],
  ],
  [
    "and payable at its stage",
    { type: "commission_confirmed", to: agent, amountMinor: 30n },
    ["commission_pending/li-na < commission_payable/li-na 30"],
  ],
  ["and paid", { type: "commission_paid", to: agent, amountMinor: 30n }, ["commission_payable/li-na < cash 30"]],
  [
    "and taken back when the goods come back",
    { type: "commission_clawed_back", to: agent, amountMinor: 30n, was: "payable" },
    ["commission_payable/li-na < commission_cost 30"],
  ],
  [
    "also before it was payable",
    { type: "commission_clawed_back", to: agent, amountMinor: 30n, was: "pending" },
    ["commission_pending/li-na < commission_cost 30"],
  ],
  [
    "what is then owed is carried",
    { type: "commission_debt_carried", to: agent, amountMinor: 30n },
    ["clawback_receivable/li-na < commission_payable/li-na 30"],
  ],
  [
    "the house's own commission is revenue",
    { type: "commission_accrued", to: house, amountMinor: 30n },
    ["accrued_revenue < revenue/commission 30"],
  ],
  [
    "which the client owes at its stage",
    { type: "commission_confirmed", to: house, amountMinor: 30n },
    ["commission_receivable < accrued_revenue 30"],
  ],
  [
    "and loses when the goods come back",
    { type: "commission_clawed_back", to: house, amountMinor: 30n, was: "payable" },
    ["revenue/commission < commission_receivable 30"],
  ],
  [
    "an exchange goes through the position",
    { type: "fx_converted", amountMinor: 100n, into: { currency: "USD", amountMinor: 14n } },
    ["fx_position < cash 100", "cash < fx_position 14"],
  ],
  ["a loss by exchange", { type: "fx_difference", lossMinor: 2n }, ["fx_difference < fx_position 2"]],
  ["a gain by exchange", { type: "fx_difference", lossMinor: -2n }, ["fx_position < fx_difference 2"]],
])("BIL-8 %s", (_name, event, expected) => {
  expect(shown(entriesOf(deed(event)))).toEqual(expected);
});

test("SAL-4 what couriers collected reaches the supplier: the account between them is empty when both statements agree", () => {
  const courier = { kind: "courier", partyId: "sf" } as const;
  const supplier = { kind: "supplier", partyId: "qingchuan" } as const;
  const book = [
    deed({
      type: "settlement_booked",
      party: courier,
      sums: [
        { item: "collected", amountMinor: 10_000n },
        { item: "delivery_fee", amountMinor: 800n },
        { item: "return_fee", amountMinor: 100n },
        { item: "adjustment", amountMinor: -10n },
      ],
    }),
    deed({ type: "settlement_paid", party: courier, amountMinor: 9_090n }),
    deed({
      type: "settlement_booked",
      party: supplier,
      sums: [
        { item: "collected", amountMinor: 10_000n },
        { item: "share", amountMinor: 1_500n },
        { item: "delivery_fee", amountMinor: 900n },
      ],
    }),
    deed({ type: "settlement_paid", party: supplier, amountMinor: 7_600n }),
  ].flatMap(entriesOf);
  const balance = balances(book);
  expect(balance.get("cod_due")).toBe(0n);
  expect(balance.get("cod_clearing/sf")).toBe(0n);
  expect(balance.get("courier_payable/sf")).toBe(0n);
  expect(balance.get("supplier_payable/qingchuan")).toBe(0n);
  expect(balance.get("cash")).toBe(1_490n);
});

test("BIL-11 a carrier's statement books what differs from the legs that were accrued", () => {
  const carrier = { kind: "carrier", partyId: "twilio" } as const;
  const book = [
    deed({ type: "carrier_cost_accrued", carrier: "twilio", amountMinor: 500n }),
    deed({ type: "settlement_booked", party: carrier, sums: [{ item: "carrier_rate", amountMinor: 12n }] }),
    deed({ type: "settlement_paid", party: carrier, amountMinor: 512n }),
  ].flatMap(entriesOf);
  expect(balances(book).get("carrier_payable/twilio")).toBe(0n);
  expect(balances(book).get("carrier_cost/twilio")).toBe(512n);
});

/** What stands on each account, positive on the side that makes it grow. */
function balances(entries: readonly Entry[]): Map<string, bigint> {
  const sums = new Map<string, { kind: AccountKind; debit: bigint; credit: bigint }>();
  for (const { debit, credit, amountMinor } of entries) {
    for (const [it, to] of [
      [debit, "debit"],
      [credit, "credit"],
    ] as const) {
      const sum = sums.get(side(it)) ?? { kind: it.kind, debit: 0n, credit: 0n };
      sum[to] += amountMinor;
      sums.set(side(it), sum);
    }
  }
  return new Map([...sums].map(([key, { kind, ...sum }]) => [key, balanceOf(kind, sum)]));
}

const minor = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const text = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
const lines = fc.array(fc.record({ service: text, amountMinor: minor, slaCredit: fc.boolean() }), { maxLength: 8 });
const beneficiary = fc.oneof(fc.record({ kind: fc.constant("agent"), agentId: text }), fc.constant({ kind: "house" }));
const place = fc.constantFrom("cash", "stripe_clearing");
const party = fc.record({ kind: fc.constantFrom(...PARTY_KINDS), partyId: text });
const item = fc.constantFrom(
  "collected",
  "delivery_fee",
  "return_fee",
  "share",
  "carrier_rate",
  "clawback",
  "adjustment",
);
const of = (type: string, more: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({
    type: fc.constant(type),
    id: text,
    currency: fc.constantFrom<Currency>(...(CURRENCIES as [Currency, ...Currency[]])),
    ...more,
  });
const commission = { to: beneficiary, amountMinor: minor };
const anyEvent = fc.oneof(
  of("invoice_finalized", { lines, taxMinor: minor }),
  of("credit_note_issued", { lines, taxMinor: minor }),
  of("revenue_accrued", { lines }),
  of("write_off", { amountMinor: minor, taxMinor: minor }),
  of("payment_received", { into: place, amountMinor: minor, allocatedMinor: minor }),
  of("client_credit_applied", { amountMinor: minor }),
  of("payment_refunded", { from: place, amountMinor: minor, reopenedMinor: minor }),
  of("stripe_paid_out", { amountMinor: minor }),
  of("stripe_fee", { amountMinor: minor }),
  of("prepaid_bought", { on: fc.oneof(place, fc.constant("receivable")), amountMinor: minor, taxMinor: minor }),
  of("prepaid_drawn", {
    amountMinor: minor,
    pays: fc.oneof(fc.constant({ by: "invoice" }), fc.record({ by: fc.constant("service"), service: text })),
  }),
  of("prepaid_expired", { amountMinor: minor }),
  of("carrier_cost_accrued", { carrier: text, amountMinor: minor }),
  of("agent_cost_accrued", { agentId: text, amountMinor: minor }),
  of("commission_accrued", commission),
  of("commission_confirmed", commission),
  of("commission_paid", commission),
  of("commission_clawed_back", { ...commission, was: fc.constantFrom("pending", "payable") }),
  of("commission_debt_carried", commission),
  of("settlement_booked", { party, sums: fc.array(fc.record({ item, amountMinor: minor }), { maxLength: 8 }) }),
  of("settlement_paid", { party, amountMinor: minor }),
  of("fx_converted", {
    amountMinor: minor,
    into: fc.record({
      currency: fc.constantFrom<Currency>(...(CURRENCIES as [Currency, ...Currency[]])),
      amountMinor: minor,
    }),
  }),
  of("fx_difference", { lossMinor: minor }),
) as unknown as fc.Arbitrary<LedgerEvent>;

test("BIL-8 whatever happened, entries are positive, of one currency each, between accounts that money may flow between", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const entries = entriesOf(event);
      expect(unlawful(entries)).toEqual([]);
      const pairs = entries.map((it) => [accountKey(it.debit), accountKey(it.credit)].sort().join());
      expect(new Set(pairs).size).toBe(pairs.length);
    }),
    { numRuns: 3_000 },
  );
});

test("BIL-8 a book with its reversal stands at zero on every account", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      const book = events.flatMap(entriesOf);
      const undone = reversed(book);
      expect(unlawful(undone)).toEqual([]);
      for (const balance of balances([...book, ...undone]).values()) expect(balance).toBe(0n);
    }),
  );
});

test("BIL-8 any order of the same deeds leaves the same balances", () => {
  const shuffled = fc
    .array(anyEvent, { maxLength: 20 })
    .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })));
  fc.assert(
    fc.property(shuffled, ([events, other]) => {
      expect(new Map([...balances(other.flatMap(entriesOf))].sort())).toEqual(
        new Map([...balances(events.flatMap(entriesOf))].sort()),
      );
    }),
  );
});

test("a deed has one key, whatever its amounts; another deed has another", () => {
  const paid = deed({ type: "stripe_paid_out", amountMinor: 1n });
  expect(keyOf(paid)).toBe(keyOf(deed({ type: "stripe_paid_out", amountMinor: 2n })));
  expect(keyOf(paid)).not.toBe(keyOf(deed({ type: "stripe_fee", amountMinor: 1n })));
  expect(keyOf(paid)).not.toBe(keyOf({ ...paid, id: "d2" }));
});

test("what no rule books is seen: kinds between which nothing flows, two currencies, amounts not above zero", () => {
  const row = (debit: AccountKind, credit: AccountKind, amountMinor: bigint) => ({
    debit: account(debit, "CNY"),
    credit: account(credit, "CNY"),
    amountMinor,
  });
  const sound = row("cash", "receivable", 1n);
  const wrong = [
    row("bad_debt", "cash", 1n),
    row("revenue", "tax_payable", 1n),
    row("cash", "receivable", 0n),
    { ...sound, credit: account("receivable", "USD") },
  ];
  expect(unlawful([sound, ...wrong])).toEqual(wrong);
});

test("every kind of account has a flow and a side, and no kind flows to itself", () => {
  for (const kind of KINDS) {
    expect(
      KINDS.some((other) => mayFlow(kind, other)),
      kind,
    ).toBe(true);
    expect(mayFlow(kind, kind), kind).toBe(false);
    expect(["debit", "credit"]).toContain(ACCOUNT_KINDS[kind].grows);
  }
  expect(isAccountKind("cash")).toBe(true);
  expect(isAccountKind("toString")).toBe(false);
});
