import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ClientDocument } from "../../src/features/invoicing/schema.ts";
import { read } from "../api/http.ts";
import { Crumbs } from "../design/crumbs.tsx";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { Downloads } from "../invoicing/downloads.tsx";
import { InvoiceBody } from "../invoicing/invoice-body.tsx";
import { beganPaying, LOOK_EVERY_MS } from "../money/paying.ts";
import { PortalContactBody } from "../portal/contact-page.tsx";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { LineBody } from "./line-body.tsx";
import type { ClientInvoice, InvoiceSummary } from "./shapes.ts";
import { InvoicesTable } from "./tables.tsx";

function useTitle(title: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
}

/** The client's own invoices, newest month first. */
export function PortalInvoicesPage() {
  const { t } = useTranslation();
  useTitle(t("app.invoices"));
  const invoices = useQuery({
    queryKey: ["portal", "invoices"],
    queryFn: ({ signal }) => read<{ items: readonly InvoiceSummary[] }>("/api/portal/invoices", signal),
    refetchInterval: 15_000,
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("app.invoices")}</h1>
      </div>
      <section className="panel" aria-label={t("app.invoices")}>
        {invoices.isPending ? (
          <div className="panel-body panel-pad">
            <Skeleton lines={4} height={18} />
          </div>
        ) : invoices.isError ? (
          <Trouble problem={invoices.error} retry={() => void invoices.refetch()} />
        ) : invoices.data.items.length === 0 ? (
          <PlainState icon="receipt" title={t("billing.title")} hint={t("billing.emptyPortal")} />
        ) : (
          <InvoicesTable
            invoices={invoices.data.items}
            withTenant={false}
            link={(invoice, label) => (
              <Link to="/portal/invoices/$invoiceId" params={{ invoiceId: invoice.id }}>
                {label}
              </Link>
            )}
          />
        )}
      </section>
    </div>
  );
}

type Path = { invoiceId: string; lineId: string; contactId: string };

function usePath(): Path {
  const { invoiceId = "", lineId = "", contactId = "" } = useParams({ strict: false });
  return { invoiceId, lineId, contactId };
}

function useOwnInvoice(invoiceId: string) {
  return useQuery({
    queryKey: ["portal", "invoice", invoiceId],
    queryFn: ({ signal }) => read<ClientInvoice>(`/api/portal/invoices/${invoiceId}`, signal),
  });
}

function Trail({ depth }: { depth: "invoice" | "line" | "contact" }) {
  const { t } = useTranslation();
  const { invoiceId, lineId } = usePath();
  const invoice = useOwnInvoice(invoiceId).data;
  const line = invoice?.items.find((one) => one.id === lineId);
  const invoiceName = invoice === undefined ? t("billing.invoice") : month(currentTongue(), invoice.period);
  const lineName = line?.label[currentTongue()] ?? t("billing.line");
  const items: { key: string; item: ReactNode }[] = [
    { key: "all", item: <Link to="/portal/invoices">{t("app.invoices")}</Link> },
    {
      key: "invoice",
      item:
        depth === "invoice" ? (
          invoiceName
        ) : (
          <Link to="/portal/invoices/$invoiceId" params={{ invoiceId }}>
            {invoiceName}
          </Link>
        ),
    },
  ];
  if (depth === "line") items.push({ key: "line", item: lineName });
  if (depth === "contact") {
    items.push({
      key: "line",
      item: (
        <Link to="/portal/invoices/$invoiceId/lines/$lineId" params={{ invoiceId, lineId }}>
          {lineName}
        </Link>
      ),
    });
    items.push({ key: "contact", item: t("contact.title") });
  }
  return <Crumbs items={items} />;
}

export function PortalInvoicePage() {
  const { t } = useTranslation();
  const { invoiceId } = usePath();
  const invoice = useQuery({
    queryKey: ["portal", "document", invoiceId],
    queryFn: ({ signal }) => read<ClientDocument>(`/api/portal/invoices/${invoiceId}/document`, signal),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && data.openMinor > 0 && beganPaying(data.invoice.id) !== null ? LOOK_EVERY_MS : false,
  });
  useTitle(t("billing.invoice"));
  return (
    <div className="page">
      <Trail depth="invoice" />
      {invoice.isPending ? (
        <Skeleton lines={10} height={20} />
      ) : invoice.isError ? (
        <Trouble problem={invoice.error} retry={() => void invoice.refetch()} />
      ) : (
        <InvoiceBody
          document={invoice.data}
          side="client"
          actions={
            <div className="row wrap">
              <Downloads path={`/api/portal/invoices/${invoiceId}`} />
            </div>
          }
          notesPath="/api/portal/credit-notes"
          link={(line, label) => (
            <Link to="/portal/invoices/$invoiceId/lines/$lineId" params={{ invoiceId, lineId: line.id }}>
              {label}
            </Link>
          )}
        />
      )}
    </div>
  );
}

export function PortalLinePage() {
  const { t } = useTranslation();
  const path = usePath();
  useTitle(t("billing.line"));
  return (
    <div className="page">
      <Trail depth="line" />
      <LineBody
        path={`/api/portal/invoices/${path.invoiceId}/lines/${path.lineId}/contacts`}
        link={(contact, label) => (
          <Link
            to="/portal/invoices/$invoiceId/lines/$lineId/contacts/$contactId"
            params={{ ...path, contactId: contact.contactId }}
          >
            {label}
          </Link>
        )}
      />
    </div>
  );
}

export function PortalLineContactPage() {
  const { contactId } = usePath();
  return (
    <div className="page">
      <Trail depth="contact" />
      <PortalContactBody contactId={contactId} />
    </div>
  );
}
