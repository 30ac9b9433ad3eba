import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { GROUPINGS, type HouseMargin, type MarginReport } from "../../src/features/margin/schema.ts";
import { read } from "../api/http.ts";
import { decimalMoney } from "../billing/amounts.ts";
import { monthsBack } from "../billing/months.ts";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { duration, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { BookHead, Mark } from "./parts.tsx";

type Search = { period?: string; tenant?: string; by?: string };
/** Of every amount in the tables: parts of a minor unit are shown alike, so that the points stand under each other. */
const DECIMALS = 4;

type Row = Pick<HouseMargin["items"][number], "shown" | "agentS">;

/** A month of all clients, and of one client by what it is asked for: sell less carrier and agent cost. */
export function MarginPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const [now] = useState(() => new Date().toISOString().slice(0, 7));
  const period = /^\d{4}-\d{2}$/.test(search.period ?? "") ? (search.period ?? now) : now;
  return (
    <div className="page">
      <BookHead book="margin">
        <label className="row small quiet nowrap">
          {t("billing.period")}
          <select
            className="input period-input"
            value={period}
            onChange={(event) =>
              void navigate({ to: "/billing/margin", search: { ...search, period: event.target.value } })
            }
          >
            {monthsBack(now, period).map((one) => (
              <option key={one} value={one}>
                {month(currentTongue(), one)}
              </option>
            ))}
          </select>
        </label>
      </BookHead>
      {search.tenant === undefined ? (
        <House period={period} />
      ) : (
        <Client period={period} tenantId={search.tenant} by={GROUPINGS.find((one) => one === search.by) ?? "line"} />
      )}
    </div>
  );
}

function House({ period }: { period: string }) {
  const { t } = useTranslation();
  const house = useQuery({
    queryKey: ["books", "margin", period],
    queryFn: ({ signal }) => read<HouseMargin>(`/api/billing/margin?period=${period}`, signal),
  });
  if (house.isPending) return <Skeleton lines={6} height={18} />;
  if (house.isError) return <Trouble problem={house.error} retry={() => void house.refetch()} />;
  return (
    <section className="panel" aria-labelledby="margin-title">
      <h2 id="margin-title">{month(currentTongue(), period)}</h2>
      <Table what={t("billing.tenant")}>
        {house.data.items.map((row) => (
          <tr key={row.tenantId}>
            <td>
              <Link to="/billing/margin" search={{ period, tenant: row.tenantId }}>
                {row.tenantName}
              </Link>
            </td>
            <Cells row={row} currency={row.currency} />
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Client({ period, tenantId, by }: ClientProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const pages = useInfiniteQuery({
    queryKey: ["books", "margin", period, tenantId, by],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<MarginReport>(
        `/api/billing/tenants/${tenantId}/margin?period=${period}&by=${by}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
        signal,
      ),
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) return <Skeleton lines={8} height={18} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const rows = pages.data.pages.flatMap((page) => page.items);
  const [report] = pages.data.pages;
  if (report === undefined) return null;
  return (
    <>
      <Groupings period={period} tenantId={tenantId} by={by} />
      {report.agentCostKnown ? null : <Mark good={false}>{t("books.unknownCost")}</Mark>}
      <section className="panel" aria-labelledby="client-margin-title">
        <h2 id="client-margin-title">
          {month(tongue, period)} · {t("books.by")} {t(`books.grouping.${by}`)}
        </h2>
        {rows.length === 0 ? (
          <PlainState icon="chart" title={t("books.noMargin")} hint={t("books.noMarginHint")} />
        ) : (
          <Table
            what={t(`books.grouping.${by}`)}
            foot={
              <tr>
                <td>{t("billing.total")}</td>
                <Cells row={report.total} currency={report.currency} />
              </tr>
            }
          >
            {rows.map((row) => (
              <tr key={row.key ?? "none"}>
                <td>
                  {row.key === null ? (
                    <span className="quiet">{t("books.none")}</span>
                  ) : (
                    (row.label?.[tongue] ?? <span className="mono small">{row.key}</span>)
                  )}
                </td>
                <Cells row={row} currency={report.currency} />
              </tr>
            ))}
          </Table>
        )}
        {pages.hasNextPage ? (
          <button
            type="button"
            className="button"
            disabled={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            {t("books.more")}
          </button>
        ) : null}
      </section>
    </>
  );
}

type ClientProps = { period: string; tenantId: string; by: (typeof GROUPINGS)[number] };

function Groupings({ period, tenantId, by }: ClientProps) {
  const { t } = useTranslation();
  return (
    <nav className="row small" aria-label={t("books.by")}>
      <Link to="/billing/margin" search={{ period }} className="button">
        {t("books.house")}
      </Link>
      {GROUPINGS.map((one) => (
        <Link
          key={one}
          to="/billing/margin"
          search={{ period, tenant: tenantId, by: one }}
          className={one === by ? "button primary" : "button"}
        >
          {t(`books.grouping.${one}`)}
        </Link>
      ))}
    </nav>
  );
}

function Table({ what, foot, children }: { what: string; foot?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{what}</th>
            {(["agentTime", "sell", "carrierCost", "agentCost", "margin"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {t(`books.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
        {foot === undefined ? null : <tfoot>{foot}</tfoot>}
      </table>
    </TableScroll>
  );
}

function Cells({ row, currency }: { row: Row; currency: string }) {
  const tongue = currentTongue();
  const text = (decimal: string) => decimalMoney(tongue, decimal, currency, DECIMALS);
  return (
    <>
      <td className="end">{row.agentS === 0 ? "–" : duration(row.agentS * 1_000)}</td>
      <td className="end">{text(row.shown.sell)}</td>
      <td className="end">{text(row.shown.carrierCost)}</td>
      <td className="end">{text(row.shown.agentCost)}</td>
      <td className="end amount">{text(row.shown.margin)}</td>
    </>
  );
}
