import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ComparisonView, InvoiceSummary } from "../../src/features/billing/schema.ts";
import { ApiProblem, read } from "../api/http.ts";
import { componentWord, priceText, quantityText } from "../billing/amounts.ts";
import type { ClientInvoice } from "../billing/shapes.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { filled } from "../words/contracts.ts";
import { money, month } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { type Pair, pairedLines } from "./paired.ts";
import "../billing/billing.css";
import "./money.css";

type Props = {
  /** Where invoices of this client are read, without the id. */
  readonly base: string;
  readonly invoiceId: string;
  /** Null compares with the month before. */
  readonly otherId: string | null;
  readonly others: readonly InvoiceSummary[];
  readonly choose: (otherId: string) => void;
  readonly head: (title: string) => ReactNode;
};

/** Why an invoice is higher or lower than another: causes that sum to the difference, and the lines side by side. */
export function Comparison({ base, invoiceId, otherId, others, choose, head }: Props) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).compare;
  const found = useQuery({
    queryKey: ["billing", "comparison", base, invoiceId, otherId],
    queryFn: ({ signal }) =>
      read<ComparisonView>(
        `${base}/${invoiceId}/comparison${otherId === null ? "" : `?otherInvoiceId=${otherId}`}`,
        signal,
      ),
  });
  if (found.isPending) return <Skeleton lines={8} height={20} />;
  if (found.isError) {
    const isFirst = found.error instanceof ApiProblem && found.error.code === "no_earlier_invoice";
    return (
      <>
        {head(words.title)}
        {isFirst ? (
          <PlainState icon="receipt" title={words.none} hint={words.noneHint} />
        ) : (
          <Trouble problem={found.error} retry={() => void found.refetch()} />
        )}
      </>
    );
  }
  const { before, after, differenceMinor, currency } = found.data;
  const slots = {
    month: month(tongue, before.period),
    amount: money(tongue, Math.abs(differenceMinor), currency),
  };
  const title = differenceMinor === 0 ? words.same : differenceMinor > 0 ? words.higher : words.lower;
  return (
    <>
      {head(filled(title, slots))}
      <div className="row wrap">
        <span className="state-mark">
          <Icon name="receipt" />
          {month(tongue, before.period)} {money(tongue, before.grossMinor, currency)} → {month(tongue, after.period)}{" "}
          {money(tongue, after.grossMinor, currency)}
        </span>
        <span className="grow" />
        <label className="row small quiet">
          {words.with}
          <select className="input range-input" value={before.id} onChange={(event) => choose(event.target.value)}>
            {others.some((it) => it.id === before.id) ? null : (
              <option value={before.id}>{month(tongue, before.period)}</option>
            )}
            {others
              .filter((it) => it.id !== after.id && it.currency === currency)
              .map((it) => (
                <option key={it.id} value={it.id}>
                  {month(tongue, it.period)} · {it.contract[tongue]}
                </option>
              ))}
          </select>
        </label>
      </div>
      <Lines base={base} comparison={found.data} />
    </>
  );
}

type LinesProps = { readonly base: string; readonly comparison: ComparisonView };

function Lines({ base, comparison }: LinesProps) {
  const { before, after } = comparison;
  const both = useQuery({
    queryKey: ["billing", "compared", base, before.id, after.id],
    queryFn: ({ signal }) => Promise.all([before, after].map(({ id }) => read<ClientInvoice>(`${base}/${id}`, signal))),
  });
  if (both.isPending) return <Skeleton lines={6} height={18} />;
  if (both.isError) return <Trouble problem={both.error} retry={() => void both.refetch()} />;
  const [was, is] = both.data;
  const pairs = pairedLines(was?.items ?? [], is?.items ?? []);
  return (
    <>
      <Causes comparison={comparison} pairs={pairs} />
      <LineByLine comparison={comparison} pairs={pairs} />
    </>
  );
}

type PairsProps = { readonly comparison: ComparisonView; readonly pairs: readonly Pair[] };

function Causes({ comparison: { causes, differenceMinor, currency }, pairs }: PairsProps) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).compare;
  const nameOf = (code: string | null): string =>
    code === null ? words.tax : (pairs.find((pair) => pair.code === code)?.label[tongue] ?? code);
  return (
    <section className="panel" aria-label={words.causes}>
      <h2>{words.causes}</h2>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{words.charge}</th>
              <th scope="col">{words.cause}</th>
              <th scope="col" className="end">
                {words.difference}
              </th>
            </tr>
          </thead>
          <tbody>
            {causes.map((cause) => (
              <tr key={`${cause.kind} ${cause.code ?? ""}`}>
                <td>{nameOf(cause.code)}</td>
                <td>{words.kind[cause.kind]}</td>
                <td className="end amount">{signed(cause.amountMinor, currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td colSpan={2}>{words.sum}</td>
              <td className="end amount" data-testid="causes-total">
                {signed(differenceMinor, currency)}
              </td>
            </tr>
          </tfoot>
        </table>
      </TableScroll>
    </section>
  );
}

function LineByLine({ comparison: { before, after, currency }, pairs }: PairsProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).compare;
  return (
    <section className="panel" aria-label={words.lines}>
      <h2>{words.lines}</h2>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{words.charge}</th>
              <th scope="col" className="end">
                {month(tongue, before.period)}
              </th>
              <th scope="col" className="end">
                {month(tongue, after.period)}
              </th>
              <th scope="col" className="end">
                {words.difference}
              </th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair) => (
              <tr key={pair.key}>
                <td>
                  {pair.label[tongue]} <span className="small quiet">{componentWord(t, pair.component)}</span>
                  {pair.versions === null ? null : (
                    <div className="small quiet">{filled(words.versions, pair.versions)}</div>
                  )}
                </td>
                {[pair.before, pair.after].map((line, at) => (
                  <td key={at === 0 ? "before" : "after"} className="end nowrap">
                    {line === null ? (
                      "–"
                    ) : (
                      <>
                        {money(tongue, line.amountMinor, currency)}
                        <div className="small quiet">
                          {quantityText(t, tongue, line)}
                          {line.unitPrice === null ? "" : ` × ${priceText(tongue, line.unitPrice, currency)}`}
                        </div>
                      </>
                    )}
                  </td>
                ))}
                <td className="end amount">{signed(pair.differenceMinor, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

/** A difference always says its direction. */
function signed(minor: number, currency: string): string {
  const text = money(currentTongue(), minor, currency);
  return minor > 0 ? `+${text}` : text;
}
