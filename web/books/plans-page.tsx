import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addDays } from "../../src/domain/kernel/calendar-days.ts";
import type { PlanView } from "../../src/features/commission/schema.ts";
import { read } from "../api/http.ts";
import { decimalMoney } from "../billing/amounts.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { calendarDay, type Tongue } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { ClientField } from "./clients.tsx";
import { BookHead } from "./parts.tsx";
import { PlanDialog } from "./plan-dialog.tsx";

/** What a client's sales earn, by who earns and by version. */
export function PlansPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tenant = "" }: { tenant?: string } = useSearch({ strict: false });
  const [adding, setAdding] = useState(false);
  return (
    <div className="page">
      <BookHead book="commission" title={t("commission.plans")}>
        {tenant === "" ? null : (
          <button type="button" className="button primary" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {t("commission.addVersion")}
          </button>
        )}
      </BookHead>
      <p className="quiet small">
        <Link to="/billing/commission" search={{}}>
          {t("books.commission")}
        </Link>{" "}
        · {t("commission.plansHint")}
      </p>
      <div className="book-filter">
        <ClientField
          value={tenant}
          change={(chosen) =>
            void navigate({ to: "/billing/commission/plans", search: chosen === "" ? {} : { tenant: chosen } })
          }
        />
      </div>
      {tenant === "" ? null : <Plans tenantId={tenant} />}
      {adding ? <PlanDialog tenantId={tenant} close={() => setAdding(false)} /> : null}
    </div>
  );
}

function Plans({ tenantId }: { tenantId: string }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const plans = useQuery({
    queryKey: ["books", "plans", tenantId],
    queryFn: ({ signal }) =>
      read<{ items: readonly PlanView[] }>(`/api/billing/tenants/${tenantId}/commission/plans`, signal),
  });
  if (plans.isPending) return <Skeleton lines={5} height={18} />;
  if (plans.isError) return <Trouble problem={plans.error} retry={() => void plans.refetch()} />;
  return (
    <section className="panel" aria-label={t("commission.plans")}>
      {plans.data.items.length === 0 ? (
        <PlainState icon="receipt" title={t("commission.noPlans")} hint={t("commission.noPlansHint")} />
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("commission.who")}</th>
                <th scope="col">{t("commission.from")}</th>
                <th scope="col">{t("commission.terms")}</th>
              </tr>
            </thead>
            <tbody>
              {plans.data.items.map((plan) => (
                <tr key={plan.planId}>
                  <td>{t(`commission.beneficiary.${plan.beneficiary}`)}</td>
                  <td>
                    {t("commission.version", { n: String(plan.version) })}{" "}
                    <span className="quiet">{heldFor(t, tongue, plan)}</span>
                  </td>
                  <td>{planWords(t, tongue, plan)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

/** The wire's end is the first day that is no longer in force; people read the last one that is. */
function heldFor(t: TFunction, tongue: Tongue, { from, to }: PlanView): string {
  const first = calendarDay(tongue, from);
  return to === null
    ? t("commission.since", { from: first })
    : t("commission.fromTo", { from: first, to: calendarDay(tongue, addDays(to, -1)) });
}

function planWords(t: TFunction, tongue: Tongue, { terms: { pay, ...at }, currency }: PlanView): string {
  const amount = (text: string) => decimalMoney(tongue, text, currency);
  const parts =
    pay.by === "fixed"
      ? [t("commission.fixedWords", { amount: amount(pay.amount) })]
      : [
          t("commission.percentWords", { percent: pay.percent }),
          ...(pay.minEach === undefined ? [] : [t("commission.atLeast", { amount: amount(pay.minEach) })]),
          ...(pay.maxEach === undefined ? [] : [t("commission.atMost", { amount: amount(pay.maxEach) })]),
        ];
  const stages = t("commission.stages", {
    accrue: t(`commission.stage.${at.accrueOn}`),
    payable: t(`commission.stage.${at.payableOn}`),
  });
  return [...parts, stages].join(tongue === "zh" ? "；" : "; ");
}
