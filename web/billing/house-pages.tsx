import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InvoiceDocument } from "../../src/features/invoicing/schema.ts";
import { read, send } from "../api/http.ts";
import { Legs, OutcomeMark } from "../contact/parts.tsx";
import { Story } from "../contact/story.tsx";
import { Icon } from "../design/icons.tsx";
import { troubleText } from "../design/said.ts";
import { InvoiceActions } from "../invoicing/actions.tsx";
import { InvoiceBody } from "../invoicing/invoice-body.tsx";
import { WorkPanel } from "../invoicing/work-panel.tsx";
import { MoneyNav } from "../money/money-head.tsx";
import { RequestsPanel } from "../money/requests-panel.tsx";
import { count, dateTime, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { ContactLines, UsageList } from "./contact-lines.tsx";
import { InvoicesPanel, InvoiceTrail, Loaded, useTitle } from "./frame.tsx";
import { LineBody } from "./line-body.tsx";
import { monthsBack } from "./months.ts";
import type { BilledContact, InvoiceSummary, InvoiceView, RunOutcome } from "./shapes.ts";

/** All clients' invoices of a period, and the run that makes or refreshes the drafts. */
export function BillingPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { period }: { period?: string } = useSearch({ strict: false });
  useTitle(t("billing.title"));
  const [now] = useState(() => new Date().toISOString().slice(0, 7));
  const invoices = useQuery({
    queryKey: ["billing", "invoices", period ?? null],
    queryFn: ({ signal }) =>
      read<{ items: readonly InvoiceSummary[] }>(
        `/api/billing/invoices${period === undefined ? "" : `?period=${period}`}`,
        signal,
      ),
  });
  return (
    <div className="page">
      <MoneyNav here="billing" />
      <div className="page-head">
        <h1>{t("billing.title")}</h1>
        <label className="row small quiet">
          {t("billing.period")}
          <select
            className="input period-input"
            value={period ?? ""}
            onChange={(event) =>
              void navigate({ to: "/billing", search: event.target.value === "" ? {} : { period: event.target.value } })
            }
          >
            <option value="">{t("billing.allPeriods")}</option>
            {monthsBack(now, period).map((one) => (
              <option key={one} value={one}>
                {month(currentTongue(), one)}
              </option>
            ))}
          </select>
        </label>
        <RunNow period={period ?? invoices.data?.items[0]?.period ?? now} />
      </div>
      {invoices.isSuccess ? <WorkPanel invoices={invoices.data.items} /> : null}
      <InvoicesPanel
        title={t("billing.title")}
        query={invoices}
        empty={{ title: t("billing.empty"), hint: t("billing.emptyHint") }}
        withTenant
        link={(invoice, label) => (
          <Link
            to="/billing/$tenantId/invoices/$invoiceId"
            params={{ tenantId: invoice.tenantId, invoiceId: invoice.id }}
          >
            {label}
          </Link>
        )}
      />
    </div>
  );
}

const RUN_WORDS = ["written", "unchanged", "closed", "no_terms"] as const;

function RunNow({ period }: { period: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: () => send<{ items: readonly RunOutcome[] }>("POST", "/api/billing/runs", { period }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["billing"] }),
  });
  const done = run.data?.items ?? [];
  const unrated = done.reduce((sum, one) => sum + one.unrated, 0);
  const words = RUN_WORDS.map((what) => ({ what, n: done.filter((one) => one.what === what).length }))
    .filter(({ n }) => n > 0)
    .map(({ what, n }) => t(`billing.runOutcome.${what}`, { n: String(n) }));
  return (
    <>
      <button
        type="button"
        className="button primary"
        title={t("billing.runAgain")}
        disabled={run.isPending}
        onClick={() => run.mutate()}
      >
        <Icon name="refresh" />
        {run.isPending ? t("billing.running") : `${t("billing.run")} · ${month(currentTongue(), period)}`}
      </button>
      <div role="status" className="run-result small">
        {run.isSuccess ? (
          <span className="state-mark tone-ready">
            <Icon name="check" />
            {[t("billing.runDone"), ...words].join(" · ")}
            {unrated === 0 ? null : (
              <>
                {" · "}
                <Link to="/billing/exceptions">{t("billing.unrated", { n: count(currentTongue(), unrated) })}</Link>
              </>
            )}
          </span>
        ) : null}
        {run.isError ? (
          <span className="state-mark tone-alarm">
            <Icon name="triangle" />
            {troubleText(run.error)}
          </span>
        ) : null}
      </div>
    </>
  );
}

type Path = { tenantId: string; invoiceId: string; lineId: string; contactId: string };

function usePath(): Path {
  const { tenantId = "", invoiceId = "", lineId = "", contactId = "" } = useParams({ strict: false });
  return { tenantId, invoiceId, lineId, contactId };
}

function useHouseInvoice(path: Path) {
  return useQuery({
    queryKey: ["billing", "invoice", path.tenantId, path.invoiceId],
    queryFn: ({ signal }) =>
      read<InvoiceView>(`/api/billing/tenants/${path.tenantId}/invoices/${path.invoiceId}`, signal),
  });
}

function Trail({ depth }: { depth: "invoice" | "line" | "contact" }) {
  const { t } = useTranslation();
  const path = usePath();
  const { tenantId, invoiceId, lineId } = path;
  const invoice = useHouseInvoice(path).data;
  const invoiceName =
    invoice === undefined ? t("billing.invoice") : `${invoice.tenantName} · ${month(currentTongue(), invoice.period)}`;
  return (
    <InvoiceTrail
      depth={depth}
      lineId={lineId}
      invoice={invoice}
      invoiceName={invoiceName}
      all={
        <Link to="/billing" search={{}}>
          {t("billing.title")}
        </Link>
      }
      toInvoice={(label) => (
        <Link to="/billing/$tenantId/invoices/$invoiceId" params={{ tenantId, invoiceId }}>
          {label}
        </Link>
      )}
      toLine={(label) => (
        <Link to="/billing/$tenantId/invoices/$invoiceId/lines/$lineId" params={{ tenantId, invoiceId, lineId }}>
          {label}
        </Link>
      )}
    />
  );
}

export function HouseInvoicePage() {
  const { t } = useTranslation();
  const path = usePath();
  const invoice = useQuery({
    queryKey: ["billing", "document", path.tenantId, path.invoiceId],
    queryFn: ({ signal }) =>
      read<InvoiceDocument>(`/api/billing/tenants/${path.tenantId}/invoices/${path.invoiceId}/document`, signal),
  });
  useTitle(t("billing.invoice"));
  return (
    <div className="page">
      <Trail depth="invoice" />
      <Loaded query={invoice}>
        {(answer) => (
          <InvoiceBody
            document={answer}
            side="house"
            actions={<InvoiceActions document={answer} />}
            aside={<RequestsPanel tenantId={path.tenantId} invoiceId={path.invoiceId} />}
            notesPath={`/api/billing/tenants/${path.tenantId}/credit-notes`}
            link={(line, label) => (
              <Link to="/billing/$tenantId/invoices/$invoiceId/lines/$lineId" params={{ ...path, lineId: line.id }}>
                {label}
              </Link>
            )}
          />
        )}
      </Loaded>
    </div>
  );
}

export function HouseLinePage() {
  const { t } = useTranslation();
  const path = usePath();
  useTitle(t("billing.line"));
  return (
    <div className="page">
      <Trail depth="line" />
      <LineBody
        path={`/api/billing/tenants/${path.tenantId}/invoices/${path.invoiceId}/lines/${path.lineId}/contacts`}
        link={(contact, label) => (
          <Link
            to="/billing/$tenantId/invoices/$invoiceId/lines/$lineId/contacts/$contactId"
            params={{ ...path, contactId: contact.contactId }}
          >
            {label}
          </Link>
        )}
      />
    </div>
  );
}

export function HouseLineContactPage() {
  const { t } = useTranslation();
  const { tenantId, contactId } = usePath();
  const contact = useQuery({
    queryKey: ["billing", "contact", tenantId, contactId],
    queryFn: ({ signal }) => read<BilledContact>(`/api/billing/tenants/${tenantId}/contacts/${contactId}`, signal),
  });
  useTitle(t("contact.title"));
  return (
    <div className="page">
      <Trail depth="contact" />
      <Loaded query={contact}>{(answer) => <BilledContactBody contact={answer} />}</Loaded>
    </div>
  );
}

function BilledContactBody({ contact }: { contact: BilledContact }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="page-head">
        <h1>
          <span className="mono">{contact.from}</span> <span className="small quiet">{t("contact.masked")}</span>
        </h1>
        <OutcomeMark outcome={contact.outcome} />
        <span className="quiet">{dateTime(currentTongue(), contact.offeredAt)}</span>
      </div>
      <div className="contact-grid">
        <section className="panel" aria-labelledby="timeline-title">
          <h2 id="timeline-title">{t("contact.timeline")}</h2>
          <div className="panel-body">
            <Story facts={contact.facts} />
          </div>
        </section>
        <div className="contact-side">
          <ContactLines lines={contact.lines} tenantId={contact.tenantId} />
          <UsageList usage={contact.usage} />
          {contact.legs.length === 0 ? null : (
            <section className="panel" aria-labelledby="legs-title">
              <h2 id="legs-title">{t("contact.legs")}</h2>
              <div className="panel-body">
                <Legs legs={contact.legs} />
              </div>
            </section>
          )}
        </div>
      </div>
    </>
  );
}
