import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeedRequestView, DisputeView } from "../../src/features/invoicing/schema.ts";
import { read } from "../api/http.ts";
import type { InvoiceSummary } from "../billing/shapes.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { useWaitingRequests } from "../money/requests-panel.tsx";
import { count, money, month } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { useExceptions } from "./exceptions-page.tsx";
import { NotChargedLine } from "./not-charged.tsx";
import "./invoicing.css";

type Work = { readonly key: string; readonly to: ReactNode; readonly what: string; readonly amount: string };

type Group = { readonly key: string; readonly icon: IconName; readonly title: string; readonly rows: readonly Work[] };

/** What waits for billing staff, above everything else: each row opens where it is done. */
export function WorkPanel({ invoices }: { invoices: readonly InvoiceSummary[] }) {
  const { t } = useTranslation();
  const groups = useWork(invoices).filter(({ rows }) => rows.length > 0);
  return (
    <section className="panel" aria-labelledby="work-title">
      <h2 id="work-title">{t("invoicing.work")}</h2>
      {groups.length === 0 ? (
        <p className="panel-body quiet">
          {t("invoicing.workNone")} {t("invoicing.workNoneHint")}
        </p>
      ) : (
        groups.map((group) => <WorkGroup key={group.key} group={group} />)
      )}
      <NotChargedLine />
    </section>
  );
}

function WorkGroup({ group: { icon, title, rows } }: { group: Group }) {
  return (
    <div className="work-group">
      <h3 className="row quiet">
        <Icon name={icon} />
        {title} · {rows.length}
      </h3>
      <table className="table">
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td>{row.to}</td>
              <td className="quiet">{row.what}</td>
              <td className="end amount">{row.amount}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Disputes and unbilled usage first: somebody waits for an answer. Then drafts of closed months, then numbers to give. */
function useWork(invoices: readonly InvoiceSummary[]): Group[] {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  const disputes = useQuery({
    queryKey: ["billing", "disputes"],
    queryFn: ({ signal }) => read<{ items: readonly DisputeView[] }>("/api/billing/disputes", signal),
  });
  const asked = useWaitingRequests();
  const waiting = useExceptions("open").data?.items.length ?? 0;
  const unbilled: Work = {
    key: "all",
    to: <Link to="/billing/exceptions">{t("exceptions.title")}</Link>,
    what: "",
    amount: count(tongue, waiting),
  };
  const drafts = invoices.filter(({ status, periodEnd }) => status === "draft" && periodEnd <= today);
  const approved = invoices.filter(({ status }) => status === "approved");
  return [
    {
      key: "disputes",
      icon: "triangle",
      title: t("invoicing.openDisputes"),
      rows: (disputes.data?.items ?? []).map(workOfDispute),
    },
    { key: "exceptions", icon: "inbox", title: t("exceptions.title"), rows: waiting === 0 ? [] : [unbilled] },
    {
      key: "requests",
      icon: "people",
      title: houseMoneyWords(tongue).requests.waiting,
      rows: (asked.data?.items ?? []).map(workOfRequest),
    },
    { key: "approve", icon: "check", title: t("invoicing.toApprove"), rows: drafts.map(workOfInvoice) },
    { key: "finalize", icon: "lock", title: t("invoicing.toFinalize"), rows: approved.map(workOfInvoice) },
  ];
}

function workOfDispute(dispute: DisputeView): Work {
  const { tenantId, invoiceId, number, label } = dispute;
  const tongue = currentTongue();
  return {
    key: dispute.id,
    to: (
      <Link to="/billing/$tenantId/invoices/$invoiceId" params={{ tenantId, invoiceId }}>
        {number} · {label[tongue]}
      </Link>
    ),
    what: dispute.reason,
    amount: money(tongue, dispute.claimedMinor, dispute.currency),
  };
}

function workOfRequest({ id, tenantId, invoiceId, number, what, reason, grossMinor, currency }: DeedRequestView): Work {
  const tongue = currentTongue();
  return {
    key: id,
    to: (
      <Link to="/billing/$tenantId/invoices/$invoiceId" params={{ tenantId, invoiceId }}>
        {number} · {houseMoneyWords(tongue).requests.what[what]}
      </Link>
    ),
    what: reason,
    amount: money(tongue, -grossMinor, currency),
  };
}

function workOfInvoice(invoice: InvoiceSummary): Work {
  const tongue = currentTongue();
  return {
    key: invoice.id,
    to: (
      <Link to="/billing/$tenantId/invoices/$invoiceId" params={{ tenantId: invoice.tenantId, invoiceId: invoice.id }}>
        {invoice.tenantName} · {month(tongue, invoice.period)}
      </Link>
    ),
    what: invoice.contract[tongue],
    amount: money(tongue, invoice.grossMinor, invoice.currency),
  };
}
