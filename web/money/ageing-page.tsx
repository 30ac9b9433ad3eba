import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { z } from "zod";
import { daysBetween } from "../../src/domain/kernel/calendar-days.ts";
import { BUCKETS, type Bucket, bucketOf } from "../../src/domain/payments/ageing.ts";
import type { HouseAgeingView, InvoiceOpenSchema } from "../../src/features/payments/schema.ts";
import { read } from "../api/http.ts";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { filled } from "../words/contracts.ts";
import { calendarDay, count, money } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { LettersPanel } from "./letters.tsx";
import { MoneyHead } from "./money-head.tsx";
import { StatementPanel } from "./statement.tsx";

type Search = { tenant?: string; bucket?: string };

function useAgeing() {
  return useQuery({
    queryKey: ["billing", "ageing"],
    queryFn: ({ signal }) => read<{ items: readonly HouseAgeingView[] }>("/api/billing/ageing", signal),
  });
}

/** What every client owes by how late it is; an amount opens to the invoices behind it and the client's account. */
export function AgeingPage() {
  const { tenant, bucket }: Search = useSearch({ strict: false });
  const words = houseMoneyWords(currentTongue()).ageing;
  const ageing = useAgeing();
  const row = ageing.data?.items.find((it) => it.tenantId === tenant);
  return (
    <div className="page">
      <MoneyHead here="ageing" title={words.title} />
      <section className="panel" aria-label={words.title}>
        {ageing.isPending ? (
          <Skeleton lines={5} height={18} />
        ) : ageing.isError ? (
          <Trouble problem={ageing.error} retry={() => void ageing.refetch()} />
        ) : ageing.data.items.length === 0 ? (
          <PlainState icon="check" title={words.empty} hint={words.emptyHint} />
        ) : (
          <AgeingTable rows={ageing.data.items} />
        )}
      </section>
      {tenant === undefined || row === undefined ? null : (
        <ClientAccount row={row} bucket={BUCKETS.find((it) => it === bucket) ?? null} />
      )}
    </div>
  );
}

function AgeingTable({ rows }: { rows: readonly HouseAgeingView[] }) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).ageing;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.client}</th>
            {BUCKETS.map((one) => (
              <th key={one} scope="col" className="end">
                {words.bucket[one]}
              </th>
            ))}
            <th scope="col" className="end">
              {words.total}
            </th>
            <th scope="col" className="end">
              {words.credit}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.tenantId} ${row.currency}`}>
              <td>
                <Link to="/billing/ageing" search={{ tenant: row.tenantId }}>
                  {row.tenantName}
                </Link>
                <div className="small quiet">{filled(words.asOf, { day: calendarDay(tongue, row.asOf) })}</div>
              </td>
              {BUCKETS.map((one) => (
                <td key={one} className="end nowrap">
                  {row.buckets[one] === 0 ? (
                    <span className="quiet">–</span>
                  ) : (
                    <Link to="/billing/ageing" search={{ tenant: row.tenantId, bucket: one }}>
                      {money(tongue, row.buckets[one], row.currency)}
                    </Link>
                  )}
                </td>
              ))}
              <td className="end amount">{money(tongue, row.openMinor, row.currency)}</td>
              <td className="end nowrap">{money(tongue, row.creditMinor, row.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

type AccountProps = { readonly row: HouseAgeingView; readonly bucket: Bucket | null };

function ClientAccount({ row, bucket }: AccountProps) {
  const words = houseMoneyWords(currentTongue()).ageing;
  const { tenantId, tenantName, asOf } = row;
  const open = useQuery({
    queryKey: ["billing", "open-invoices", tenantId],
    queryFn: ({ signal }) =>
      read<{ items: readonly z.infer<typeof InvoiceOpenSchema>[] }>(
        `/api/billing/tenants/${tenantId}/open-invoices`,
        signal,
      ),
  });
  const title = `${tenantName} · ${bucket === null ? words.all : words.bucket[bucket]}`;
  const shown = (open.data?.items ?? []).filter((it) => bucket === null || bucketOf(it.dueOn, asOf) === bucket);
  return (
    <>
      <section className="panel" aria-label={title}>
        <h2>{title}</h2>
        {open.isPending ? (
          <Skeleton lines={3} height={18} />
        ) : open.isError ? (
          <Trouble problem={open.error} retry={() => void open.refetch()} />
        ) : shown.length === 0 ? (
          <PlainState icon="check" title={words.none} hint={words.noneHint} />
        ) : (
          <OpenTable rows={shown} tenantId={tenantId} asOf={asOf} />
        )}
      </section>
      <StatementPanel path={`/api/billing/tenants/${tenantId}/statement`} name={`statement ${tenantName}`} />
      <LettersPanel path={`/api/billing/tenants/${tenantId}/letters`} />
    </>
  );
}

type OpenProps = {
  readonly rows: readonly z.infer<typeof InvoiceOpenSchema>[];
  readonly tenantId: string;
  readonly asOf: string;
};

function OpenTable({ rows, tenantId, asOf }: OpenProps) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).ageing;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.number}</th>
            <th scope="col">{words.dueOn}</th>
            <th scope="col" className="end">
              {words.late}
            </th>
            <th scope="col" className="end">
              {words.open}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((it) => (
            <tr key={it.invoiceId}>
              <td>
                <Link to="/billing/$tenantId/invoices/$invoiceId" params={{ tenantId, invoiceId: it.invoiceId }}>
                  {it.number}
                </Link>
              </td>
              <td className="nowrap">{calendarDay(tongue, it.dueOn)}</td>
              <td className="end">{count(tongue, Math.max(0, daysBetween(it.dueOn, asOf)))}</td>
              <td className="end amount">{money(tongue, it.openMinor, it.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
