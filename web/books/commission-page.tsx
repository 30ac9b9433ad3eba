import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StatementView } from "../../src/features/commission/schema.ts";
import { read, send } from "../api/http.ts";
import { PlainState, Skeleton, TableScroll, Trouble, troubleText } from "../design/parts.tsx";
import { money, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { BookHead, Mark, Pill } from "./parts.tsx";

type Page = { readonly items: readonly StatementView[]; readonly next: string | null };

/** Commission statements of all clients, newest month first: approved by another person than prepared them, then paid. */
export function CommissionPage() {
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
    <div className="page">
      <BookHead book="commission" />
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
        {pages.hasNextPage ? (
          <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
            {t("books.more")}
          </button>
        ) : null}
      </section>
    </div>
  );
}

const AMOUNTS = ["opening", "earned", "clawedBack", "closing", "payable"] as const;

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
            {AMOUNTS.map((name) => (
              <th key={name} scope="col" className="end">
                {t(`books.${name}`)}
              </th>
            ))}
            <th scope="col">{t("billing.status")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.statementId}>
              <td className="nowrap">{month(tongue, row.period)}</td>
              <td>{row.agentName ?? t("books.outsourcer")}</td>
              <td>{row.tenantName}</td>
              {AMOUNTS.map((name) => (
                <td key={name} className={name === "payable" ? "end amount" : "end nowrap"}>
                  {money(tongue, row[`${name}Minor`], row.currency)}
                </td>
              ))}
              <td>
                <Decide statement={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

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
    <div className="stack">
      <Pill done={status !== "prepared"}>{t(`books.statementStatus.${status}`)}</Pill>
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
      {decide.isError ? <Mark good={false}>{troubleText(decide.error, t("trouble.unreachable"))}</Mark> : null}
    </div>
  );
}
