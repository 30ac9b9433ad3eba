import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettlementView } from "../../src/features/settlement/schema.ts";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { BookHead, More } from "./parts.tsx";
import { PrepareSettlement } from "./prepare-dialogs.tsx";
import { StatementsTable } from "./settlement-parts.tsx";
import { SettlementStatement } from "./settlement-statement.tsx";

type Page = { readonly items: readonly SettlementView[]; readonly next: string | null };
type Search = { tenant?: string; statement?: string };

/** Statements with partners; one opens to its lines as both sides have them. */
export function SettlementPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tenant, statement }: Search = useSearch({ strict: false });
  const [preparing, setPreparing] = useState(false);
  return (
    <div className="page">
      <BookHead book="settlement">
        <Link to="/billing/settlement/partners" search={tenant === undefined ? {} : { tenant }} className="button">
          <Icon name="book" />
          {t("settlement.partners")}
        </Link>
        <button type="button" className="button primary" onClick={() => setPreparing(true)}>
          <Icon name="plus" />
          {t("settlement.prepare")}
        </button>
      </BookHead>
      {tenant === undefined || statement === undefined ? (
        <All />
      ) : (
        <SettlementStatement tenantId={tenant} statementId={statement} />
      )}
      {preparing ? (
        <PrepareSettlement
          close={() => setPreparing(false)}
          done={(made) => {
            setPreparing(false);
            void navigate({
              to: "/billing/settlement",
              search: { tenant: made.tenantId, statement: made.statementId },
            });
          }}
        />
      ) : null}
    </div>
  );
}

function All() {
  const { t } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: ["books", "settlement"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<Page>(`/api/billing/settlement/statements${pageParam === "" ? "" : `?cursor=${pageParam}`}`, signal),
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) return <Skeleton lines={6} height={18} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const rows = pages.data.pages.flatMap((page) => page.items);
  return (
    <section className="panel" aria-label={t("books.settlement")}>
      {rows.length === 0 ? (
        <PlainState icon="receipt" title={t("books.noSettlements")} hint={t("books.noSettlementsHint")} />
      ) : (
        <StatementsTable
          rows={rows}
          withClient
          link={(row, label) => (
            <Link to="/billing/settlement" search={{ tenant: row.tenantId, statement: row.statementId }}>
              {label}
            </Link>
          )}
        />
      )}
      <More pages={pages} />
    </section>
  );
}
