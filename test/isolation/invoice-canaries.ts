type CanaryRow = readonly [table: string, row: Record<string, unknown>];

/** One row of each table that an invoice leaves behind after its draft, beside the canary invoice and its line. */
export function invoiceLifeRows(
  id: (part: string) => string,
  { at, contractId }: { readonly at: string; readonly contractId: unknown },
): [table: string, row: Record<string, unknown>][] {
  const [invoice_id, line_id, user] = [id("e1"), id("f1"), id("d1")];
  const rows: CanaryRow[] = [
    ["invoice_taxes", { invoice_id, category: "S", rate: "6", base_minor: 1, tax_minor: 0 }],
    [
      "credit_notes",
      { id: id("c2"), invoice_id, series: "CN-2026", number: 1, kind: "goodwill", reason: "r", currency: "USD" },
    ],
    ["credit_note_lines", { credit_note_id: id("c2"), line_id, net_minor: 1 }],
    ["credit_note_taxes", { credit_note_id: id("c2"), category: "S", rate: "6", base_minor: 1, tax_minor: 0 }],
    ["disputes", { id: id("d2"), invoice_id, line_id, reason: "r", opened_by: user, credit_note_id: null }],
    ["invoice_runs", { id: id("d3"), batch_id: id("d4"), contract_id: contractId, invoice_id }],
    ["usage_exceptions", { id: id("d5"), usage_id: id("a1"), reason: "late", kind: "contact" }],
    ["prepaid_credits", { id: id("d6"), currency: "USD", amount_minor: 5, bought_on: "2026-01-01", reference: "p" }],
    ["prepaid_draws", { id: id("d7"), credit_id: id("d6"), invoice_id, kind: "invoice", amount_minor: 1 }],
    [
      "deed_requests",
      {
        id: id("da"),
        invoice_id,
        what: "credit",
        request_key: "canary-request",
        wanted: {},
        gross_minor: 1,
        reason: "r",
        asked_by: user,
      },
    ],
    ["write_offs", { id: id("d8"), invoice_id, amount_minor: 1, reason: "r", written_off_by: user }],
    ["fapiaos", { id: id("d9"), invoice_id, kind: "general", title: "t", tax_id: "91310000123456789X" }],
  ];
  return rows.map(([table, row]) => [table, { ...row, ...timesOf(table, at) }]);
}

/** Instants that have no default. */
function timesOf(table: string, at: string): Record<string, unknown> {
  const columns: { readonly [table: string]: readonly string[] } = {
    credit_notes: ["issued_at"],
    disputes: ["opened_at"],
    invoice_runs: ["requested_at"],
    usage_exceptions: ["opened_at", "occurred_at"],
    prepaid_credits: ["created_at"],
    prepaid_draws: ["drawn_at"],
    deed_requests: ["asked_at"],
    write_offs: ["written_off_at"],
    fapiaos: ["requested_at"],
  };
  return Object.fromEntries((columns[table] ?? []).map((column) => [column, at]));
}
