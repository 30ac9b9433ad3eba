import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ClientDocument } from "../../src/features/invoicing/schema.ts";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { Downloads } from "../invoicing/downloads.tsx";
import { InvoiceBody } from "../invoicing/invoice-body.tsx";
import { PayPanel } from "../money/pay-panel.tsx";
import { beganPaying, LOOK_EVERY_MS } from "../money/paying.ts";
import { PortalContactBody } from "../portal/contact-page.tsx";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { InvoicesPanel, InvoiceTrail, Loaded, useTitle } from "./frame.tsx";
import { LineBody } from "./line-body.tsx";
import type { ClientInvoice, InvoiceSummary } from "./shapes.ts";

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
      <InvoicesPanel
        title={t("app.invoices")}
        query={invoices}
        empty={{ title: t("billing.title"), hint: t("billing.emptyPortal") }}
        withTenant={false}
        link={(invoice, label) => (
          <Link to="/portal/invoices/$invoiceId" params={{ invoiceId: invoice.id }}>
            {label}
          </Link>
        )}
      />
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
  return (
    <InvoiceTrail
      depth={depth}
      lineId={lineId}
      invoice={invoice}
      invoiceName={invoice === undefined ? t("billing.invoice") : month(currentTongue(), invoice.period)}
      all={<Link to="/portal/invoices">{t("app.invoices")}</Link>}
      toInvoice={(label) => (
        <Link to="/portal/invoices/$invoiceId" params={{ invoiceId }}>
          {label}
        </Link>
      )}
      toLine={(label) => (
        <Link to="/portal/invoices/$invoiceId/lines/$lineId" params={{ invoiceId, lineId }}>
          {label}
        </Link>
      )}
    />
  );
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
      <Loaded query={invoice}>
        {(answer) => (
          <InvoiceBody
            document={answer}
            side="client"
            actions={
              <div className="row wrap">
                <Downloads path={`/api/portal/invoices/${invoiceId}`} />
                <Link to="/portal/invoices/$invoiceId/comparison" params={{ invoiceId }} className="button">
                  <Icon name="chart" />
                  {t("invoicing.compare")}
                </Link>
              </div>
            }
            aside={<PayPanel document={answer} />}
            notesPath="/api/portal/credit-notes"
            link={(line, label) => (
              <Link to="/portal/invoices/$invoiceId/lines/$lineId" params={{ invoiceId, lineId: line.id }}>
                {label}
              </Link>
            )}
          />
        )}
      </Loaded>
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
