import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { NotChargedView } from "../../src/features/billing/schema.ts";
import { read } from "../api/http.ts";
import { usageWord } from "../billing/amounts.ts";
import { Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { count, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

function useNotCharged() {
  return useQuery({
    queryKey: ["billing", "not-charged"],
    queryFn: ({ signal }) => read<{ items: readonly NotChargedView[] }>("/api/billing/not-charged", signal),
  });
}

/** How much usage no price asks for, in a line that leads to the list; nothing where there is none. */
export function NotChargedLine() {
  const { t } = useTranslation();
  const items = useNotCharged().data?.items ?? [];
  const n = items.flatMap(({ kinds }) => kinds).reduce((sum, { records }) => sum + records, 0);
  if (n === 0) return null;
  return (
    <p className="panel-body panel-pad small quiet">
      {t("exceptions.notChargedSome", { n: count(currentTongue(), n) })}{" "}
      <Link to="/billing/exceptions">{t("exceptions.notCharged")}</Link>
    </p>
  );
}

/** What the runs of the open drafts found no price for, by client, month and kind, each with its contract a step away. */
export function NotChargedPanel() {
  const { t } = useTranslation();
  const found = useNotCharged();
  return (
    <section className="panel" aria-labelledby="not-charged-title">
      <h2 id="not-charged-title">{t("exceptions.notCharged")}</h2>
      {found.isPending ? (
        <div className="panel-body panel-pad">
          <Skeleton lines={3} height={18} />
        </div>
      ) : found.isError ? (
        <Trouble problem={found.error} retry={() => void found.refetch()} />
      ) : (
        <>
          <p className="panel-body panel-pad quiet">
            {t(found.data.items.length === 0 ? "exceptions.notChargedNone" : "exceptions.notChargedHint")}
          </p>
          {found.data.items.length === 0 ? null : <NotChargedTable rows={found.data.items} />}
        </>
      )}
    </section>
  );
}

function NotChargedTable({ rows }: { rows: readonly NotChargedView[] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("billing.tenant")}</th>
            <th scope="col">{t("billing.period")}</th>
            <th scope="col">{t("exceptions.what")}</th>
            <th scope="col" className="end">
              {t("exceptions.records")}
            </th>
            <th scope="col">{t("exceptions.out")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.flatMap((row) =>
            row.kinds.map(({ kind, records }) => (
              <tr key={`${row.invoiceId} ${kind}`}>
                <td>{row.tenantName}</td>
                <td className="nowrap">{month(tongue, row.period)}</td>
                <td>{usageWord(t, kind)}</td>
                <td className="end">{count(tongue, records)}</td>
                <td>
                  <Link
                    to="/contracts/$tenantId/$contractId"
                    params={{ tenantId: row.tenantId, contractId: row.contractId }}
                  >
                    {t("exceptions.openContract")} · {row.contract[tongue]}
                  </Link>
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </TableScroll>
  );
}
