import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type {
  ClientInvoice,
  InvoiceLineView,
  InvoiceSummary,
  LineContact,
  LineContactsView,
} from "../../src/features/billing/schema.ts";
import { OutcomeMark } from "../contact/parts.tsx";
import { Icon } from "../design/icons.tsx";
import { PlainState, TableScroll } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { calendarDay, count, dateTime, duration, money, month, zoneName } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { componentWord, decimalMoney, priceText, quantityText } from "./amounts.ts";
import "./billing.css";
import { Corrected } from "./correction.tsx";

export function StatusPill({ status }: { status: InvoiceSummary["status"] }) {
  const { t } = useTranslation();
  const draft = status === "draft";
  return (
    <span className={`pill ${draft ? "soft-ringing tone-ringing" : "soft-ready tone-ready"} state-mark`}>
      <Icon name={draft ? "pencil" : "check"} />
      {t(`billing.invoiceStatus.${status}`)}
    </span>
  );
}

type InvoicesProps = {
  invoices: readonly InvoiceSummary[];
  withTenant: boolean;
  link: (invoice: InvoiceSummary, label: string) => ReactNode;
};

export function InvoicesTable({ invoices, withTenant, link }: InvoicesProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t(withTenant ? "billing.tenant" : "billing.period")}</th>
            <th scope="col">{t(withTenant ? "billing.period" : "billing.contract")}</th>
            <th scope="col">{t("billing.status")}</th>
            <th scope="col" className="end">
              {t("billing.lines")}
            </th>
            <th scope="col" className="end">
              {t("billing.total")}
            </th>
          </tr>
        </thead>
        <tbody>
          {invoices.map((invoice) => (
            <tr key={invoice.id}>
              <td>{link(invoice, withTenant ? invoice.tenantName : month(tongue, invoice.period))}</td>
              <td>{withTenant ? month(tongue, invoice.period) : invoice.contract[tongue]}</td>
              <td>
                <StatusPill status={invoice.status} />{" "}
                <span className="small quiet">{[invoice.number, dueText(t, invoice)].filter(Boolean).join(" · ")}</span>
              </td>
              <td className="end">{count(tongue, invoice.lines)}</td>
              <td className="end amount">{money(tongue, invoice.grossMinor, invoice.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function dueText(t: TFunction, { status, dueOn }: InvoiceSummary): string | null {
  return status === "finalized" && dueOn !== null
    ? t("invoicing.dueSince", { day: calendarDay(currentTongue(), dueOn) })
    : null;
}

type LinesProps = { invoice: ClientInvoice; link: (line: InvoiceLineView, label: string) => ReactNode };

/** The lines of an invoice. Each opens to what stands behind it; together they are the total, to the minor unit. */
export function InvoiceLines({ invoice, link }: LinesProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("billing.charge")}</th>
            <th scope="col" className="end">
              {t("billing.quantity")}
            </th>
            <th scope="col" className="end">
              {t("billing.unitPrice")}
            </th>
            <th scope="col" className="end">
              {t("billing.contacts")}
            </th>
            <th scope="col" className="end">
              {t("billing.amount")}
            </th>
          </tr>
        </thead>
        <tbody>
          {invoice.items.map((line) => (
            <tr key={line.id}>
              <td>
                {link(line, line.label[tongue])} <span className="small quiet">{componentWord(t, line.component)}</span>
              </td>
              <td className="end nowrap">{quantityText(t, tongue, line)}</td>
              <td className="end nowrap">{priceText(tongue, line.unitPrice, invoice.currency)}</td>
              <td className="end">{line.contacts === 0 ? "" : count(tongue, line.contacts)}</td>
              <td className="end amount">{money(tongue, line.amountMinor, invoice.currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={4}>{t("billing.total")}</td>
            <td className="end amount" data-testid="invoice-total">
              {money(tongue, invoice.totalMinor, invoice.currency)}
            </td>
          </tr>
        </tfoot>
      </table>
    </TableScroll>
  );
}

/** The wire's end is the first day after the period; people read the last day in it. */
function dayBefore(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - 1);
  return at.toISOString().slice(0, 10);
}

export function InvoiceHead({ invoice }: { invoice: ClientInvoice }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <>
      <div className="page-head">
        <h1>
          {invoice.tenantName} · {month(tongue, invoice.period)}
        </h1>
        <StatusPill status={invoice.status} />
      </div>
      <p className="quiet small">
        {invoice.contract[tongue]} · {calendarDay(tongue, invoice.periodStart)} –{" "}
        {calendarDay(tongue, dayBefore(invoice.periodEnd))} ·{" "}
        {zoneName(tongue, invoice.timeZone, Date.parse(invoice.periodStart))} ·{" "}
        {t("billing.computed", { at: dateTime(tongue, invoice.computedAt) })}
        {invoice.status === "draft" ? ` · ${t("billing.draftNote")}` : ""}
      </p>
    </>
  );
}

type ContactsProps = {
  contacts: readonly LineContact[];
  page: LineContactsView;
  more: ReactNode;
  link: (contact: LineContact & { contactId: string }, label: string) => ReactNode;
};

/** Contacts behind a line with each one's part; the parts sum to the line, exactly and after rounding. */
export function LineContacts({ contacts, page, more, link }: ContactsProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  if (contacts.length === 0)
    return <PlainState icon="receipt" title={t("billing.behindNone")} hint={t("billing.behindNoneHint")} />;
  return (
    <>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("contacts.at")}</th>
              <th scope="col">{t("contacts.caller")}</th>
              <th scope="col">{t("contacts.outcome")}</th>
              <th scope="col">{t("contacts.queue")}</th>
              <th scope="col" className="end">
                {t("contacts.talked")}
              </th>
              <th scope="col" className="end">
                {t("billing.records")}
              </th>
              <th scope="col" className="end">
                {t("billing.billedS")}
              </th>
              <th scope="col" className="end">
                {t("billing.part")}
              </th>
            </tr>
          </thead>
          <tbody>
            {contacts.map((row) => (
              <tr key={row.contactId ?? `${row.at}:${row.exact}`}>
                <td className="nowrap">
                  {row.contactId === null
                    ? dateTime(tongue, row.at)
                    : link({ ...row, contactId: row.contactId }, dateTime(tongue, row.at))}
                </td>
                <td className="mono nowrap">{row.from === null ? "" : <PhoneNumber value={row.from} />}</td>
                <td>{row.outcome === null ? "" : <OutcomeMark outcome={row.outcome} />}</td>
                <td>{row.queueName}</td>
                <td className="end">{row.talkMs === null ? "" : duration(row.talkMs)}</td>
                <td className="end">{count(tongue, row.records)}</td>
                <td className="end">{row.billedS === null ? "" : count(tongue, row.billedS)}</td>
                <td className="end amount">{decimalMoney(tongue, row.amount, page.currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td colSpan={5}>
                {t("billing.sum")} · {t("billing.contact")} {count(tongue, page.total.contacts)}
              </td>
              <td className="end">{count(tongue, page.total.records)}</td>
              <td />
              <td className="end amount" data-testid="line-total">
                {money(tongue, page.total.amountMinor, page.currency)}
              </td>
            </tr>
          </tfoot>
        </table>
      </TableScroll>
      {more}
    </>
  );
}

export function LineHead({ page }: { page: LineContactsView }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { line, currency } = page;
  return (
    <>
      <div className="page-head">
        <h1>{line.label[tongue]}</h1>
        <strong className="amount line-amount">{money(tongue, line.amountMinor, currency)}</strong>
      </div>
      <p className="quiet">
        {[componentWord(t, line.component), quantityText(t, tongue, line), priceText(tongue, line.unitPrice, currency)]
          .filter((part) => part !== "")
          .join(" × ")
          .replace(" × ", " · ")}
      </p>
      {line.detail.kind === "sla_credit" ? <Measured detail={line.detail} /> : null}
      {line.detail.kind === "adjustment" ? <Corrected line={line} currency={currency} /> : null}
    </>
  );
}

/** What a credit for a missed service level rests on: the contract's formula, its counts, and what was promised. */
function Measured({ detail }: { detail: LineContactsView["line"]["detail"] }) {
  const { t } = useTranslation();
  const formula = String(detail.formula);
  const slots = {
    formula,
    meaning: t(`billing.formula.${formula}` as "billing.formula.SL-4"),
    within: String(detail.within),
    counted: String(detail.counted),
    achieved: String(Math.floor((10_000 * Number(detail.within)) / Number(detail.counted)) / 100),
    target: String(detail.targetPercent),
  };
  return <p>{t("billing.measured", slots)}</p>;
}
