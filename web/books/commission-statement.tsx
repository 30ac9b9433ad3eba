import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StatementDetail, StatementView } from "../../src/features/commission/schema.ts";
import { read } from "../api/http.ts";
import { Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { SUMS, SumCells, SumHeads } from "./commission-sums.tsx";
import { MovesTable } from "./moves-table.tsx";
import { More, Pill } from "./parts.tsx";

type Props = {
  /** Where the statement is read, without a cursor. */
  readonly path: string;
  readonly queryKey: readonly string[];
  readonly back: ReactNode;
  /** What may be done to it. */
  readonly actions?: (statement: StatementView) => ReactNode;
};

/** One statement: how it comes from its opening to what is paid, and the steps behind that. */
export function CommissionStatement({ path, queryKey, back, actions }: Props) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const pages = useInfiniteQuery({
    queryKey,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<StatementDetail>(
        pageParam === "" ? path : `${path}${path.includes("?") ? "&" : "?"}cursor=${pageParam}`,
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
        {back}
        <strong>
          {statement.agentName ?? t("books.outsourcer")} · {statement.tenantName} · {month(tongue, statement.period)}
        </strong>
        <Pill done={statement.status !== "prepared"}>{t(`books.statementStatus.${statement.status}`)}</Pill>
        {statement.paymentRef === null ? null : (
          <span className="quiet small">
            {t("books.paymentRef")} {statement.paymentRef}
          </span>
        )}
      </p>
      {actions?.(statement)}
      <Sums statement={statement} />
      <section className="panel" aria-labelledby="moves-title">
        <h2 id="moves-title">{t("commission.moves")}</h2>
        <MovesTable moves={pages.data.pages.flatMap((page) => page.items)} currency={statement.currency} />
        <More pages={pages} />
      </section>
    </>
  );
}

function Sums({ statement }: { statement: StatementView }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-label={t("books.balance")}>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <SumHeads of={SUMS} />
            </tr>
          </thead>
          <tbody>
            <tr>
              <SumCells of={SUMS} statement={statement} strong />
            </tr>
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}
