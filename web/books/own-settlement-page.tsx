import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { SettlementDetail, SettlementView } from "../../src/features/settlement/schema.ts";
import { read } from "../api/http.ts";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { More } from "./parts.tsx";
import { SettlementLines, SettlementSums, StatementPill, StatementsTable } from "./settlement-parts.tsx";

type Page = { readonly items: readonly SettlementView[]; readonly next: string | null };

/** A client that is the supplier of its own goods reads what the outsourcer owes it; the house alone decides. */
export function OwnSettlementPage() {
  const { t } = useTranslation();
  const { statement }: { statement?: string } = useSearch({ strict: false });
  useEffect(() => {
    document.title = `${t("settlement.own")} · ${t("app.name")}`;
  }, [t]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("settlement.own")}</h1>
        <span className="quiet small">{t("settlement.ownHint")}</span>
      </div>
      {statement === undefined ? <All /> : <One statementId={statement} />}
    </div>
  );
}

function All() {
  const { t } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: ["portal", "settlements"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<Page>(`/api/portal/settlements${pageParam === "" ? "" : `?cursor=${pageParam}`}`, signal),
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) return <Skeleton lines={6} height={18} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const rows = pages.data.pages.flatMap((page) => page.items);
  return (
    <section className="panel" aria-label={t("settlement.own")}>
      {rows.length === 0 ? (
        <PlainState icon="receipt" title={t("settlement.noOwn")} hint={t("settlement.noOwnHint")} />
      ) : (
        <StatementsTable
          rows={rows}
          withClient={false}
          link={(row, label) => (
            <Link to="/portal/settlements" search={{ statement: row.statementId }}>
              {label}
            </Link>
          )}
        />
      )}
      <More pages={pages} />
    </section>
  );
}

function One({ statementId }: { statementId: string }) {
  const { t } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: ["portal", "settlement", statementId],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<SettlementDetail>(
        `/api/portal/settlement?statementId=${statementId}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
        signal,
      ),
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) return <Skeleton lines={8} height={18} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const [statement] = pages.data.pages;
  if (statement === undefined) return null;
  return (
    <>
      <p className="row wrap">
        <Link to="/portal/settlements" search={{}}>
          {t("settlement.own")}
        </Link>
        <strong>{month(currentTongue(), statement.period)}</strong>
        <StatementPill status={statement.status} />
        {statement.paymentRef === null ? null : (
          <span className="quiet small">{t("settlement.settledBy", { ref: statement.paymentRef })}</span>
        )}
      </p>
      <SettlementSums statement={statement} />
      <section className="panel" aria-labelledby="lines-title">
        <h2 id="lines-title">{t("billing.lines")}</h2>
        <SettlementLines side="client" statement={statement} rows={pages.data.pages.flatMap((page) => page.items)} />
        <More pages={pages} />
      </section>
    </>
  );
}
