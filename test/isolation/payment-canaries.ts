type Row = [table: string, row: Record<string, unknown>];

/** One row of each table of payments and reminders, beside the canary invoice. Planted without triggers. */
export function paymentRows(
  id: (part: string) => string,
  { at, contractId }: { readonly at: string; readonly contractId: unknown },
): Row[] {
  const invoice_id = id("e1");
  const payment_id = id("71");
  return [
    ["payers", { currency: "USD", asked_at: at }],
    ["pay_requests", { id: id("72"), invoice_id, currency: "USD", amount_minor: 1, asked_at: at }],
    ["payments", { id: payment_id, method: "other", source: "canary", currency: "USD", amount_minor: 9 }],
    ["refunds", { id: id("73"), payment_id, amount_minor: 1, reason: "r", request_key: "canary" }],
    [
      "payment_allocations",
      { id: id("74"), payment_id, invoice_id, amount_minor: 1, why: "received", request_key: "canary" },
    ],
    ["dunning_rules", { contract_id: contractId, steps: [] }],
    [
      "dunning_steps",
      { id: id("75"), invoice_id, day: 1, deed: "remind", open_minor: 1, letter_to: ["a@example.com"] },
    ],
    ["spend_limits", { contract_id: contractId, amount_minor: 1, set_at: at }],
    [
      "spend_alerts",
      {
        id: id("76"),
        contract_id: contractId,
        period_start: "2026-10-01",
        what: "limit",
        step: 50,
        used: 1,
        allowed: 2,
      },
    ],
    ["spend_checks", { seen: "canary" }],
    ["dunning_standings", { standing: "good" }],
  ];
}
