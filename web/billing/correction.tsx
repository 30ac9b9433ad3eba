import { useTranslation } from "react-i18next";
import type { InvoiceLineView } from "../../src/features/billing/schema.ts";
import { TableScroll } from "../design/parts.tsx";
import { money, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { priceText, quantityText } from "./amounts.ts";

type Side = { readonly quantity: string; readonly amountMinor: number };
/** Of a line of kind `adjustment`: what was billed of the month, what it comes to now, and the price of all where it moved. */
type Correction = {
  readonly period: string;
  readonly before: Side;
  readonly after: Side;
  readonly price?: { readonly before: string; readonly after: string };
};

/** Quantity × price and amount as billed, and as it is with what came late: the difference is the line. */
export function Corrected({ line, currency }: { line: InvoiceLineView; currency: string }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { period, before, after, price } = line.detail as Correction;
  const rows = [
    ["before", before, price?.before ?? null],
    ["after", after, price?.after ?? null],
  ] as const;
  return (
    <section className="panel correction" aria-labelledby="correction-title">
      <h2 id="correction-title">{t("billing.correction.title", { month: month(tongue, period) })}</h2>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("billing.correction.when")}</th>
              <th scope="col" className="end">
                {t("billing.quantity")}
              </th>
              {price === undefined ? null : (
                <th scope="col" className="end">
                  {t("billing.unitPrice")}
                </th>
              )}
              <th scope="col" className="end">
                {t("billing.amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([when, side, each]) => (
              <tr key={when}>
                <td>{t(`billing.correction.${when}`)}</td>
                <td className="end nowrap">{quantityText(t, tongue, { quantity: side.quantity, unit: line.unit })}</td>
                {price === undefined ? null : <td className="end nowrap">{priceText(tongue, each, currency)}</td>}
                <td className="end amount">{money(tongue, side.amountMinor, currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td colSpan={price === undefined ? 2 : 3}>{t("billing.correction.difference")}</td>
              <td className="end amount">{money(tongue, line.amountMinor, currency)}</td>
            </tr>
          </tfoot>
        </table>
      </TableScroll>
      {price === undefined ? null : (
        <div className="panel-body panel-pad quiet small">{t("billing.correction.repriced")}</div>
      )}
    </section>
  );
}
