import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ClientDocument, CreditNoteView } from "../../src/features/invoicing/schema.ts";
import { Icon } from "../design/icons.tsx";
import { calendarDay, dateTime, money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import "./invoicing.css";

/** Standard rates need no word; what is not taxed as usual says why. */
function taxWords(t: TFunction, { category, rate }: ClientDocument["invoice"]["taxes"][number]): string {
  const at = t("invoicing.taxAt", { rate });
  return category === "S" || category === "O" ? at : `${at} · ${t(`invoicing.taxCategory.${category}`)}`;
}

/** From net to what is still owed: every step that stands between them. */
export function SumsPanel({ document }: { document: ClientDocument }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { invoice } = document;
  const amount = (minor: number): string => money(tongue, minor, invoice.currency);
  const credited = document.creditNotes.reduce((sum, note) => sum + note.grossMinor, 0);
  const rows: { key: string; label: string; minor: number; strong?: boolean }[] = [
    { key: "net", label: t("invoicing.net"), minor: invoice.totalMinor },
    ...invoice.taxes
      .filter(({ category }) => category !== "O")
      .map((tax) => ({
        key: `${tax.category}${tax.rate}`,
        label: taxWords(t, tax),
        minor: tax.taxMinor,
      })),
    { key: "gross", label: t("invoicing.gross"), minor: invoice.grossMinor, strong: true },
    ...(invoice.prepaidMinor === 0
      ? []
      : [{ key: "prepaid", label: t("invoicing.prepaid"), minor: -invoice.prepaidMinor }]),
    ...(credited === 0 ? [] : [{ key: "credited", label: t("invoicing.credited"), minor: -credited }]),
    ...(document.paidMinor === 0 ? [] : [{ key: "paid", label: t("invoicing.paid"), minor: -document.paidMinor }]),
    ...(document.writtenOffMinor === 0
      ? []
      : [{ key: "off", label: t("invoicing.writtenOff"), minor: -document.writtenOffMinor }]),
    ...(invoice.number === null
      ? []
      : [{ key: "open", label: t("invoicing.open"), minor: document.openMinor, strong: true }]),
  ];
  return (
    <Panel title={t("invoicing.sums")}>
      <dl className="sums">
        {rows.map((row) => (
          <div key={row.key} className={row.strong === true ? "sum strong" : "sum"}>
            <dt>{row.label}</dt>
            <dd className="amount">{amount(row.minor)}</dd>
          </div>
        ))}
      </dl>
      {invoice.taxProfile === "cn_vat" ? (
        <p className="small quiet">
          {t("invoicing.capitals")} {document.capitals}
        </p>
      ) : null}
      {invoice.taxes.map(({ exemption }) =>
        exemption === null ? null : (
          <p key={exemption} className="small quiet">
            {t("invoicing.exemption")} {exemption}
          </p>
        ),
      )}
    </Panel>
  );
}

export function PartiesPanel({ document: { invoice, buyer, seller } }: { document: ClientDocument }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const facts: [string, string | null | undefined][] = [
    [t("invoicing.number"), invoice.number],
    [t("invoicing.issuedOn"), invoice.issuedOn === null ? null : calendarDay(tongue, invoice.issuedOn)],
    [t("invoicing.approved"), approvedText(invoice, seller, t)],
    [t("invoicing.dueOn"), invoice.dueOn === null ? null : calendarDay(tongue, invoice.dueOn)],
    [t("invoicing.buyer"), tongue === "zh" ? buyer.nameZh : buyer.nameEn],
    [t("invoicing.taxId"), buyer.vatId ?? buyer.creditCode],
    [t("invoicing.seller"), seller === null ? null : tongue === "zh" ? seller.nameZh : seller.nameEn],
  ];
  return (
    <Panel title={t("invoicing.paper")}>
      <dl className="paper-facts">
        {facts.map(([label, value]) =>
          value === null || value === undefined ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Panel>
  );
}

/** The house's name and the time: which person it was is the house's own business. */
function approvedText({ approvedAt }: ClientDocument["invoice"], seller: ClientDocument["seller"], t: TFunction) {
  if (approvedAt === null) return null;
  const tongue = currentTongue();
  const who = seller === null ? t("app.name") : tongue === "zh" ? seller.nameZh : seller.nameEn;
  return `${who} · ${dateTime(tongue, approvedAt)}`;
}

export function CreditNotesPanel({ notes, path }: { notes: readonly CreditNoteView[]; path: string }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  if (notes.length === 0) return null;
  return (
    <Panel title={t("invoicing.notes")}>
      <ul className="plain-list stack">
        {notes.map((note) => (
          <li key={note.id} className="stack tight">
            <div className="row">
              <span className="grow">
                {note.number} · {t(`invoicing.creditKind.${note.kind}`)}
              </span>
              <strong className="amount">{money(tongue, -note.grossMinor, note.currency)}</strong>
              <a
                className="button plain"
                href={`${path}/${note.id}/pdf?language=${tongue}`}
                target="_blank"
                rel="noreferrer"
              >
                <Icon name="book" />
                PDF
              </a>
            </div>
            <span className="small quiet">
              {calendarDay(tongue, note.issuedOn)} · {note.reason}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <div className="panel-body panel-pad stack">{children}</div>
    </section>
  );
}
