import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettlementDetail, SettlementLineView, SettlementView } from "../../src/features/settlement/schema.ts";
import { read, send } from "../api/http.ts";
import { decimalMoney } from "../billing/amounts.ts";
import { PlainState, Skeleton, TableScroll, Trouble, troubleText } from "../design/parts.tsx";
import { count, money, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { BookHead, Mark, Pill } from "./parts.tsx";

type Page = { readonly items: readonly SettlementView[]; readonly next: string | null };
type Search = { tenant?: string; statement?: string };

/** Statements with partners; one opens to its lines as both sides have them. */
export function SettlementPage() {
  const { tenant, statement }: Search = useSearch({ strict: false });
  return (
    <div className="page">
      <BookHead book="settlement" />
      {tenant === undefined || statement === undefined ? <All /> : <One tenantId={tenant} statementId={statement} />}
    </div>
  );
}

function All() {
  const { t } = useTranslation();
  const tongue = currentTongue();
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
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("books.partner")}</th>
                <th scope="col">{t("billing.tenant")}</th>
                <th scope="col">{t("billing.period")}</th>
                <th scope="col">{t("billing.status")}</th>
                {(["openLines", "disputed", "opening", "closing"] as const).map((name) => (
                  <th key={name} scope="col" className="end">
                    {t(`books.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.statementId}>
                  <td>
                    <Link to="/billing/settlement" search={{ tenant: row.tenantId, statement: row.statementId }}>
                      {row.party.name}
                    </Link>{" "}
                    <span className="small quiet">{t(`books.partyKind.${row.party.kind}`)}</span>
                  </td>
                  <td>{row.tenantName}</td>
                  <td className="nowrap">{month(tongue, row.period)}</td>
                  <td>
                    <Pill done={row.status !== "draft"}>{t(`books.settlementStatus.${row.status}`)}</Pill>
                  </td>
                  <td className="end">{count(tongue, row.lines.open)}</td>
                  <td className="end">{count(tongue, row.lines.disputed)}</td>
                  <td className="end">{money(tongue, row.openingMinor, row.currency)}</td>
                  <td className="end amount">{money(tongue, row.closingMinor, row.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {pages.hasNextPage ? (
        <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
          {t("books.more")}
        </button>
      ) : null}
    </section>
  );
}

function One({ tenantId, statementId }: { tenantId: string; statementId: string }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const [standing, setStanding] = useState<"" | "open" | "disputed">("");
  const base = `/api/billing/tenants/${tenantId}/settlement`;
  const pages = useInfiniteQuery({
    queryKey: ["books", "settlement", tenantId, statementId, standing],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<SettlementDetail>(
        `${base}/statement?statementId=${statementId}${standing === "" ? "" : `&standing=${standing}`}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
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
      <p className="row">
        <Link to="/billing/settlement" search={{}}>
          {t("books.settlement")}
        </Link>
        <strong>
          {statement.party.name} · {statement.tenantName} · {month(tongue, statement.period)}
        </strong>
        <Pill done={statement.status !== "draft"}>{t(`books.settlementStatus.${statement.status}`)}</Pill>
      </p>
      <Sums statement={statement} />
      <Steps base={base} statement={statement} />
      <div className="row small">
        {(["", "open", "disputed"] as const).map((one) => (
          <button
            key={one}
            type="button"
            className={one === standing ? "button primary" : "button"}
            aria-pressed={one === standing}
            onClick={() => setStanding(one)}
          >
            {t(one === "" ? "books.allLines" : one === "open" ? "books.openLines" : "books.disputed")}
          </button>
        ))}
      </div>
      <section className="panel" aria-labelledby="lines-title">
        <h2 id="lines-title">{t("billing.lines")}</h2>
        <Lines base={base} statement={statement} rows={pages.data.pages.flatMap((page) => page.items)} />
        {pages.hasNextPage ? (
          <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
            {t("books.more")}
          </button>
        ) : null}
      </section>
    </>
  );
}

function Sums({ statement }: { statement: SettlementView }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const rows = [
    { name: t("books.opening"), minor: statement.openingMinor },
    ...statement.sums.map(({ item, amountMinor }) => ({ name: t(`books.item.${item}`), minor: amountMinor })),
    { name: t("books.closing"), minor: statement.closingMinor },
  ];
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            {rows.map((row) => (
              <th key={row.name} scope="col" className="end">
                {row.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {rows.map((row) => (
              <td key={row.name} className="end amount">
                {money(tongue, row.minor, statement.currency)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </TableScroll>
  );
}

function Steps({ base, statement }: { base: string; statement: SettlementView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [paymentRef, setPaymentRef] = useState("");
  const { statementId, status } = statement;
  const step = useMutation({
    mutationFn: (name: "accept" | "settle") =>
      send("POST", `${base}/steps`, { statementId, step: name, ...(name === "settle" ? { paymentRef } : {}) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["books"] }),
  });
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(status === "draft" ? "accept" : "settle");
      }}
    >
      {status === "accepted" && statement.closingMinor > 0 ? (
        <input
          className="input"
          aria-label={t("books.paymentRef")}
          placeholder={t("books.paymentRef")}
          required
          maxLength={100}
          value={paymentRef}
          onChange={(event) => setPaymentRef(event.target.value)}
        />
      ) : null}
      {status === "draft" || (status === "accepted" && statement.closingMinor > 0) ? (
        <button
          type="submit"
          className="button primary"
          disabled={step.isPending || (status === "draft" && statement.lines.open > 0)}
        >
          {t(status === "draft" ? "books.accept" : "books.settle")}
        </button>
      ) : null}
      {step.isError ? <Mark good={false}>{troubleText(step.error, t("trouble.unreachable"))}</Mark> : null}
    </form>
  );
}

type LinesProps = { base: string; statement: SettlementView; rows: readonly SettlementLineView[] };

function Lines({ base, statement, rows }: LinesProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const amount = (micros: number | null) =>
    micros === null ? "" : decimalMoney(tongue, (micros / 1_000_000).toFixed(6), statement.currency);
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("books.ref")}</th>
            <th scope="col">{t("billing.charge")}</th>
            <th scope="col">{t("billing.status")}</th>
            <th scope="col" className="end">
              {t("books.ours")}
            </th>
            <th scope="col" className="end">
              {t("books.theirs")}
            </th>
            <th scope="col">{t("books.reason")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.lineId}>
              <td className="mono small">{row.ref}</td>
              <td>{t(`books.item.${row.item}`)}</td>
              <td>
                <Mark good={row.state === "matched" || row.state === "unmatched"}>
                  {t(`books.lineState.${row.state}`)}
                </Mark>
              </td>
              <td className="end nowrap">{amount(row.oursMicros)}</td>
              <td className="end nowrap">{amount(row.theirsMicros)}</td>
              <td>
                <Decide base={base} statement={statement} line={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** What is decided with its reason; where somebody must decide, the three ways to. */
function Decide({ base, statement, line }: { base: string; statement: SettlementView; line: SettlementLineView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const decide = useMutation({
    mutationFn: (decision: NonNullable<SettlementLineView["decision"]>) =>
      send("POST", `${base}/decisions`, {
        statementId: statement.statementId,
        lineIds: [line.lineId],
        decision,
        reason,
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["books"] }),
  });
  const isDraft = statement.status === "draft";
  const mayDecide = line.decision === "dispute" || (isDraft && line.state !== "matched" && line.state !== "unmatched");
  return (
    <div className="stack small">
      {line.decision === null ? null : (
        <span>
          {t(`books.decision.${line.decision}`)} <span className="quiet">{line.reason}</span>
        </span>
      )}
      {mayDecide ? (
        <div className="row">
          <input
            className="input"
            aria-label={`${t("books.reason")} ${line.ref}`}
            placeholder={t("books.reason")}
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          {(isDraft
            ? (["accept_ours", "accept_theirs", "dispute"] as const)
            : (["accept_ours", "accept_theirs"] as const)
          ).map((decision) => (
            <button
              key={decision}
              type="button"
              className="button"
              disabled={decide.isPending || reason.trim() === ""}
              onClick={() => decide.mutate(decision)}
            >
              {t(`books.decision.${decision}`)}
            </button>
          ))}
        </div>
      ) : null}
      {decide.isError ? <Mark good={false}>{troubleText(decide.error, t("trouble.unreachable"))}</Mark> : null}
    </div>
  );
}
