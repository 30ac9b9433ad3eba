import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { BilledContact, ContactLine } from "../../src/features/billing/schema.ts";
import { count, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { decimalMoney, usageWord } from "./amounts.ts";

/** Invoice lines that a contact is in, each with the contact's own part. `own`: the client reads it, not the house. */
export function ContactLines({
  lines,
  own,
  tenantId,
}: {
  lines: readonly ContactLine[];
  own?: boolean;
  tenantId?: string;
}) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <section className="panel" aria-labelledby="lines-title">
      <h2 id="lines-title">{t("contact.lines")}</h2>
      {lines.length === 0 ? (
        <p className="panel-body quiet small">{t("contact.noLines")}</p>
      ) : (
        <ul className="panel-body contact-lines">
          {lines.map((line) => (
            <li key={line.lineId} className="row">
              <span className="grow">
                {own === true ? (
                  <Link
                    to="/portal/invoices/$invoiceId/lines/$lineId"
                    params={{ invoiceId: line.invoiceId, lineId: line.lineId }}
                  >
                    {line.label[tongue]}
                  </Link>
                ) : (
                  <Link
                    to="/billing/$tenantId/invoices/$invoiceId/lines/$lineId"
                    params={{ tenantId: tenantId ?? "", invoiceId: line.invoiceId, lineId: line.lineId }}
                  >
                    {line.label[tongue]}
                  </Link>
                )}
                <span className="small quiet"> {month(tongue, line.period)}</span>
              </span>
              <span className="nowrap">{decimalMoney(tongue, line.amount, line.currency)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function UsageList({ usage }: { usage: BilledContact["usage"] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="usage-title">
      <h2 id="usage-title">{t("contact.usage")}</h2>
      {usage.length === 0 ? (
        <p className="panel-body quiet small">{t("contact.noUsage")}</p>
      ) : (
        <ul className="panel-body contact-lines">
          {usage.map((one) => (
            <li key={one.id} className="row">
              <span className="grow">{usageWord(t, one.kind)}</span>
              <span className="nowrap">{count(currentTongue(), one.quantity)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
