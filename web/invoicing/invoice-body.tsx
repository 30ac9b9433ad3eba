import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ClientDocument } from "../../src/features/invoicing/schema.ts";
import type { InvoiceLineView } from "../billing/shapes.ts";
import { InvoiceHead, InvoiceLines } from "../billing/tables.tsx";
import { DisputesPanel } from "./disputes.tsx";
import { CreditNotesPanel, PartiesPanel, SumsPanel } from "./document-panels.tsx";
import { FapiaoPanel } from "./fapiao-panel.tsx";

type Props = {
  readonly document: ClientDocument;
  readonly side: "house" | "client";
  readonly actions: ReactNode;
  /** What this side has to do about it: paying, or checking what another person asked for. */
  readonly aside: ReactNode;
  /** Where credit notes are had as files. */
  readonly notesPath: string;
  readonly link: (line: InvoiceLineView, label: string) => ReactNode;
};

/** An invoice as both sides see it: its lines, and beside them what it comes to and what has become of it. */
export function InvoiceBody({ document, side, actions, aside, notesPath, link }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <InvoiceHead invoice={document.invoice} />
      {actions}
      <div className="invoice-grid">
        <section className="panel" aria-label={t("billing.lines")}>
          <InvoiceLines invoice={document.invoice} link={link} />
        </section>
        <div className="invoice-side">
          {aside}
          <SumsPanel document={document} />
          <DisputesPanel document={document} side={side} />
          <CreditNotesPanel notes={document.creditNotes} path={notesPath} />
          <FapiaoPanel fapiaos={document.fapiaos} tenantId={side === "house" ? document.invoice.tenantId : null} />
          <PartiesPanel document={document} />
        </div>
      </div>
    </>
  );
}
