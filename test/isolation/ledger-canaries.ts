type Row = [table: string, row: Record<string, unknown>];

/** Two accounts, a transaction with one entry, its sums, and the transaction's reversal. */
export function ledgerRows(id: (part: string) => string): Row[] {
  const day = { booked_on: "2026-11-20", currency: "USD" };
  const hash = { content_hash: "0".repeat(64) };
  return [
    ["ledger_accounts", { id: id("21"), kind: "receivable", subject: "", currency: "USD" }],
    ["ledger_accounts", { id: id("22"), kind: "revenue", subject: "calls", currency: "USD" }],
    ["ledger_txns", { id: id("31"), idempotency_key: "canary", event: "canary", ...hash }],
    [
      "ledger_txns",
      { id: id("32"), idempotency_key: "canary back", event: "reversal", ...hash, reverses_id: id("31") },
    ],
    ["ledger_entries", { ...day, txn_id: id("31"), position: 0, debit_account: id("21"), credit_account: id("22") }],
    ["ledger_days", { account_id: id("21"), booked_on: "2026-11-20" }],
    ...commissionRows(id),
    ...settlementRows(id),
  ];
}

/** A sale with an event, a plan, a statement and the step that stands on it. */
function commissionRows(id: (part: string) => string): Row[] {
  const [sale_id, plan_id, statement_id] = [id("41"), id("42"), id("43")];
  const usd = { currency: "USD" };
  return [
    ["sales", { id: sale_id, ref: "order 1", usage_id: id("a1"), ...usd }],
    ["sale_events", { sale_id, source_event_id: "e1", kind: "sold", payload_hash: "0".repeat(64) }],
    ["commission_plans", { id: plan_id, beneficiary: "house", valid: "[2026-01-01,)", ...usd }],
    [
      "commission_statements",
      { id: statement_id, beneficiary: "house", period_start: "2026-10-01", opening_minor: 0, ...usd },
    ],
    [
      "commission_moves",
      { sale_id, plan_id, statement_id, txn_id: id("31"), beneficiary: "house", kind: "confirmed", ...usd },
    ],
  ];
}

/** A partner with its terms, a statement with a line that carries another, and the partner's file. */
function settlementRows(id: (part: string) => string): Row[] {
  const [party_id, statement_id] = [id("51"), id("52")];
  const line = { statement_id, party_id, item: "adjustment", state: "unmatched", ours_micros: 1 };
  return [
    ["settlement_parties", { id: party_id, kind: "courier", currency: "USD" }],
    ["settlement_terms", { party_id, valid: "[2026-01-01,)" }],
    ["settlement_statements", { id: statement_id, party_id, currency: "USD", period_start: "2026-10-01" }],
    ["settlement_lines", { ...line, id: id("53"), source_key: "a" }],
    ["settlement_lines", { ...line, id: id("54"), source_key: "b", carries_id: id("53") }],
    ["settlement_files", { statement_id, content_hash: "0".repeat(64) }],
  ];
}
