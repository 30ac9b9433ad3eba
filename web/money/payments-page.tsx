import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PaymentView } from "../../src/features/payments/schema.ts";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { calendarDay, money } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { BankLines } from "./bank-lines.tsx";
import { MoneyHead } from "./money-head.tsx";
import { PaymentDialog } from "./payment-dialog.tsx";
import "./money.css";

/** Money in: what a person must match first, then all that came. */
export function PaymentsPage() {
  const words = houseMoneyWords(currentTongue()).payments;
  const [opened, open] = useState<PaymentView | null>(null);
  const payments = useQuery({
    queryKey: ["billing", "payments"],
    queryFn: ({ signal }) => read<{ items: readonly PaymentView[] }>("/api/billing/payments", signal),
  });
  return (
    <div className="page">
      <MoneyHead here="payments" title={words.title} />
      <BankLines />
      <section className="panel" aria-label={words.list}>
        <h2>{words.list}</h2>
        {payments.isPending ? (
          <Skeleton lines={5} height={18} />
        ) : payments.isError ? (
          <Trouble problem={payments.error} retry={() => void payments.refetch()} />
        ) : payments.data.items.length === 0 ? (
          <PlainState icon="receipt" title={words.empty} hint={words.emptyHint} />
        ) : (
          <PaymentsTable rows={payments.data.items} open={open} />
        )}
      </section>
      {opened === null ? null : <PaymentDialog payment={opened} close={() => open(null)} />}
    </div>
  );
}

type TableProps = { readonly rows: readonly PaymentView[]; readonly open: (payment: PaymentView) => void };

function PaymentsTable({ rows, open }: TableProps) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.client}</th>
            <th scope="col">{words.receivedOn}</th>
            <th scope="col">{words.payer}</th>
            {(["amount", "allocated", "left", "refunded"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {words[name]}
              </th>
            ))}
            <th scope="col">{words.detail}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((it) => (
            <tr key={it.id}>
              <td>{it.tenantName}</td>
              <td className="nowrap">{calendarDay(tongue, it.receivedOn)}</td>
              <td>
                {it.payer} <div className="small quiet">{words.method[it.method]}</div>
              </td>
              <td className="end amount">{money(tongue, it.amountMinor, it.currency)}</td>
              <td className="end nowrap">{money(tongue, it.allocatedMinor, it.currency)}</td>
              <td className={it.unallocatedMinor > 0 ? "end amount tone-ringing" : "end nowrap quiet"}>
                {money(tongue, it.unallocatedMinor, it.currency)}
              </td>
              <td className="end nowrap">
                {it.refundedMinor === 0 ? "" : money(tongue, it.refundedMinor, it.currency)}
              </td>
              <td>
                <button type="button" className="button" onClick={() => open(it)}>
                  <Icon name="right" />
                  {words.open}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
