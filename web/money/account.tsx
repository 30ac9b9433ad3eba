import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { z } from "zod";
import type { PrepaidSchema } from "../../src/features/invoicing/schema.ts";
import type { InvoiceOpenSchema } from "../../src/features/payments/schema.ts";
import { read } from "../api/http.ts";
import { Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { calendarDay, money } from "../words/format.ts";
import { ownMoneyWords } from "../words/own-money.ts";
import { currentTongue } from "../words/words.ts";

type Open = z.infer<typeof InvoiceOpenSchema>;
type Prepaid = z.infer<typeof PrepaidSchema>;

/** What the client has to pay, longest due first; each leads to the page where it is paid. */
export function OpenInvoices() {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).account;
  const open = useQuery({
    queryKey: ["portal", "open-invoices"],
    queryFn: ({ signal }) => read<{ items: readonly Open[] }>("/api/portal/open-invoices", signal),
  });
  return (
    <section className="panel" aria-label={words.open}>
      <h2>{words.open}</h2>
      {open.isPending ? (
        <Skeleton lines={3} height={18} />
      ) : open.isError ? (
        <Trouble problem={open.error} retry={() => void open.refetch()} />
      ) : open.data.items.length === 0 ? (
        <p className="money-tail quiet">{words.openNone}</p>
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.number}</th>
                <th scope="col">{words.dueOn}</th>
                <th scope="col" className="end">
                  {words.left}
                </th>
              </tr>
            </thead>
            <tbody>
              {open.data.items.map((it) => (
                <tr key={it.invoiceId}>
                  <td className="nowrap">
                    <Link to="/portal/invoices/$invoiceId" params={{ invoiceId: it.invoiceId }}>
                      {it.number} · {words.payLink}
                    </Link>
                  </td>
                  <td className="nowrap">{calendarDay(tongue, it.dueOn)}</td>
                  <td className="end amount">{money(tongue, it.openMinor, it.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

export function PrepaidPanel() {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).account;
  const prepaid = useQuery({
    queryKey: ["portal", "prepaid"],
    queryFn: ({ signal }) => read<{ items: readonly Prepaid[] }>("/api/portal/prepaid", signal),
  });
  return (
    <section className="panel" aria-label={words.prepaid}>
      <h2>{words.prepaid}</h2>
      {prepaid.isPending ? (
        <Skeleton lines={3} height={18} />
      ) : prepaid.isError ? (
        <Trouble problem={prepaid.error} retry={() => void prepaid.refetch()} />
      ) : prepaid.data.items.length === 0 ? (
        <p className="money-tail quiet">{words.prepaidNone}</p>
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.boughtOn}</th>
                <th scope="col">{words.expiresOn}</th>
                <th scope="col" className="end">
                  {words.bought}
                </th>
                <th scope="col" className="end">
                  {words.leftOver}
                </th>
              </tr>
            </thead>
            <tbody>
              {prepaid.data.items.map((it) => (
                <tr key={it.id}>
                  <td className="nowrap">{calendarDay(tongue, it.boughtOn)}</td>
                  <td className="nowrap">{it.expiresOn === null ? words.never : calendarDay(tongue, it.expiresOn)}</td>
                  <td className="end nowrap">{money(tongue, it.amountMinor, it.currency)}</td>
                  <td className="end amount">{money(tongue, it.leftMinor, it.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}
