import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StatementView } from "../../src/features/commission/schema.ts";
import { read, send } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { CommissionStatement } from "./commission-statement.tsx";
import { SUMS, SumCells, SumHeads } from "./commission-sums.tsx";
import { BookHead, Mark, More, Pill } from "./parts.tsx";
import { PrepareCommission } from "./prepare-dialogs.tsx";

type Page = { readonly items: readonly StatementView[]; readonly next: string | null };

/** Commission statements of all clients, newest month first: approved by another person than prepared them, then paid. */
export function CommissionPage() {
  const { t } = useTranslation();
  const { tenant, statement }: { tenant?: string; statement?: string } = useSearch({ strict: false });
  const [preparing, setPreparing] = useState(false);
  const [prepared, setPrepared] = useState<number | null>(null);
  return (
    <div className="page">
      <BookHead book="commission">
        <Link to="/billing/commission/plans" search={tenant === undefined ? {} : { tenant }} className="button">
          <Icon name="book" />
          {t("commission.plans")}
        </Link>
        <button type="button" className="button primary" onClick={() => setPreparing(true)}>
          <Icon name="plus" />
          {t("commission.prepare")}
        </button>
      </BookHead>
      {prepared === null ? null : (
        <p role="status">
          <Mark good>{t("commission.prepared", { n: String(prepared) })}</Mark>
        </p>
      )}
      {tenant === undefined || statement === undefined ? (
        <All />
      ) : (
        <CommissionStatement
          path={`/api/billing/tenants/${tenant}/commission/statement?statementId=${statement}`}
          queryKey={["books", "commission", tenant, statement]}
          back={
            <Link to="/billing/commission" search={{}}>
              {t("books.commission")}
            </Link>
          }
          actions={(one) => <Decide statement={one} />}
        />
      )}
      {preparing ? (
        <PrepareCommission
          close={() => setPreparing(false)}
          done={(n) => {
            setPreparing(false);
            setPrepared(n);
          }}
        />
      ) : null}
    </div>
  );
}

function All() {
  const { t } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: ["books", "commission"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<Page>(`/api/billing/commission/statements${pageParam === "" ? "" : `?cursor=${pageParam}`}`, signal),
    getNextPageParam: (page) => page.next,
  });
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="panel" aria-label={t("books.commission")}>
      {pages.isPending ? (
        <Skeleton lines={6} height={18} />
      ) : pages.isError ? (
        <Trouble problem={pages.error} retry={() => void pages.refetch()} />
      ) : rows.length === 0 ? (
        <PlainState icon="receipt" title={t("books.noStatements")} hint={t("books.noStatementsHint")} />
      ) : (
        <Statements rows={rows} />
      )}
      <More pages={pages} />
    </section>
  );
}

function Statements({ rows }: { rows: readonly StatementView[] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("billing.period")}</th>
            <th scope="col">{t("books.beneficiary")}</th>
            <th scope="col">{t("billing.tenant")}</th>
            <SumHeads of={SUMS} />
            <th scope="col">{t("billing.status")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.statementId}>
              <td className="nowrap">{month(tongue, row.period)}</td>
              <td>
                <Link to="/billing/commission" search={{ tenant: row.tenantId, statement: row.statementId }}>
                  {row.agentName ?? t("books.outsourcer")}
                </Link>
              </td>
              <td>{row.tenantName}</td>
              <SumCells of={SUMS} statement={row} />
              <td>
                <div className="stack decide-cell">
                  <Pill done={row.status !== "prepared"}>{t(`books.statementStatus.${row.status}`)}</Pill>
                  <Decide statement={row} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Approved by another person than prepared it, then paid by the bank's reference. */
function Decide({ statement }: { statement: StatementView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [paymentRef, setPaymentRef] = useState("");
  const { status, statementId, tenantId } = statement;
  const decide = useMutation({
    mutationFn: (decision: "approve" | "pay") =>
      send("POST", `/api/billing/tenants/${tenantId}/commission/decisions`, {
        statementId,
        decision,
        ...(decision === "pay" ? { paymentRef } : {}),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["books"] }),
  });
  return (
    <div className="row wrap">
      {status === "prepared" ? (
        <button type="button" className="button" disabled={decide.isPending} onClick={() => decide.mutate("approve")}>
          {t("books.approve")}
        </button>
      ) : null}
      {status === "approved" && statement.payableMinor > 0 ? (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            decide.mutate("pay");
          }}
        >
          <input
            className="input"
            aria-label={t("books.paymentRef")}
            placeholder={t("books.paymentRef")}
            required
            maxLength={100}
            value={paymentRef}
            onChange={(event) => setPaymentRef(event.target.value)}
          />
          <button type="submit" className="button" disabled={decide.isPending}>
            {t("books.pay")}
          </button>
        </form>
      ) : null}
      {decide.isError ? <Mark good={false}>{troubleText(decide.error)}</Mark> : null}
    </div>
  );
}
