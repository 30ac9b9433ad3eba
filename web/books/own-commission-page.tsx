import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Standing, StatementView } from "../../src/features/commission/schema.ts";
import { read } from "../api/http.ts";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { money, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { CommissionStatement } from "./commission-statement.tsx";
import { SumCells, SumHeads } from "./commission-sums.tsx";
import { Pill } from "./parts.tsx";

type Own = Standing & { readonly statements: readonly StatementView[] };

/** What the agent who is signed in earned: what waits, what was paid, and what returned goods took back. */
export function OwnCommissionPage() {
  const { t } = useTranslation();
  const { statement }: { statement?: string } = useSearch({ strict: false });
  useEffect(() => {
    document.title = `${t("commission.own")} · ${t("app.name")}`;
  }, [t]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("commission.own")}</h1>
        <span className="quiet small">{t("commission.ownHint")}</span>
      </div>
      {statement === undefined ? (
        <Everything />
      ) : (
        <CommissionStatement
          path={`/api/agent/commission/${statement}`}
          queryKey={["own-commission", statement]}
          back={
            <Link to="/commission" search={{}}>
              {t("commission.own")}
            </Link>
          }
        />
      )}
    </div>
  );
}

function Everything() {
  const { t } = useTranslation();
  const own = useQuery({
    queryKey: ["own-commission"],
    queryFn: ({ signal }) => read<Own>("/api/agent/commission", signal),
  });
  if (own.isPending) return <Skeleton lines={6} height={18} />;
  if (own.isError) return <Trouble problem={own.error} retry={() => void own.refetch()} />;
  const { items, statements } = own.data;
  if (items.length === 0 && statements.length === 0)
    return <PlainState icon="receipt" title={t("commission.noOwn")} hint={t("commission.noOwnHint")} />;
  return (
    <>
      <StandingPanel items={items} />
      <StatementsPanel rows={statements} />
    </>
  );
}

/** By client, because each has its own plan and its own currency. */
function StandingPanel({ items }: Pick<Own, "items">) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <section className="panel" aria-label={t("books.balance")}>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("billing.tenant")}</th>
              {(["pending", "unstated"] as const).map((name) => (
                <th key={name} scope="col" className="end">
                  {t(`commission.${name}`)}
                  <div className="small quiet">{t(`commission.${name}Hint`)}</div>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={`${one.tenantId}${one.currency}`}>
                <td>{one.tenantName}</td>
                <td className="end nowrap">{money(tongue, one.pendingMinor, one.currency)}</td>
                <td className="end amount">{money(tongue, one.unstatedMinor, one.currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

/** What stood before is the months before: an agent reads them above each other. */
const OWN_SUMS = ["earned", "clawedBack", "closing", "payable"] as const;

function StatementsPanel({ rows }: { rows: readonly StatementView[] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  if (rows.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="own-statements">
      <h2 id="own-statements">{t("commission.statements")}</h2>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("billing.period")}</th>
              <th scope="col">{t("billing.tenant")}</th>
              <SumHeads of={OWN_SUMS} />
              <th scope="col">{t("billing.status")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.statementId}>
                <td className="nowrap">
                  <Link to="/commission" search={{ statement: row.statementId }}>
                    {month(tongue, row.period)}
                  </Link>
                </td>
                <td>{row.tenantName}</td>
                <SumCells of={OWN_SUMS} statement={row} />
                <td>
                  <Pill done={row.status !== "prepared"}>{t(`books.statementStatus.${row.status}`)}</Pill>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}
