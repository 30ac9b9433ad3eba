import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { StatementView } from "../../src/features/payments/schema.ts";
import { read } from "../api/http.ts";
import { DateField } from "../design/date-field.tsx";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { majorOf } from "../invoicing/deed.ts";
import { calendarDay, money, type Tongue } from "../words/format.ts";
import { type OwnMoneyWords, ownMoneyWords } from "../words/own-money.ts";
import { currentTongue } from "../words/words.ts";
import { dayAt } from "../words/zone.ts";
import { csvOf } from "./csv.ts";
import "./money.css";

/** Days shown at first: a quarter and what led to it. */
const DAYS_AT_FIRST = 120;

type Props = {
  /** Where the statement is read: the client's own, or one client's for billing staff. */
  readonly path: string;
  /** Names the file. */
  readonly name: string;
};

/** A statement of account for a range of days: opening, documents and payments with the running balance, closing. */
export function StatementPanel({ path, name }: Props) {
  const words = ownMoneyWords(currentTongue()).account;
  const [range, setRange] = useState(() => ({
    from: dayAt(Date.now() - DAYS_AT_FIRST * 86_400_000),
    to: dayAt(Date.now()),
  }));
  const isBackwards = range.from !== "" && range.to !== "" && range.to < range.from;
  const isWrong = range.from === "" || range.to === "" || isBackwards;
  const found = useQuery({
    queryKey: ["portal", "statement", path, range],
    enabled: !isWrong,
    queryFn: ({ signal }) =>
      read<{ items: readonly StatementView[] }>(`${path}?from=${range.from}&to=${range.to}`, signal),
  });
  return (
    <section className="panel" aria-label={words.statement}>
      <h2>{words.statement}</h2>
      <div className="row wrap money-tail statement-range">
        {(["from", "to"] as const).map((edge) => (
          <DateField
            key={edge}
            label={words[edge]}
            value={range[edge]}
            error={edge === "to" && isBackwards ? words.badRange : null}
            change={(day) => setRange({ ...range, [edge]: day })}
          />
        ))}
        <span className="grow" />
        {found.data === undefined || found.data.items.length === 0 ? null : (
          <StatementFiles path={path} range={range} words={words} />
        )}
        {found.data === undefined || found.data.items.length === 0 ? null : (
          <a className="button" download={`${name}.csv`} href={fileOf(found.data.items, words)}>
            <Icon name="receipt" />
            {words.csv}
          </a>
        )}
      </div>
      {isWrong ? null : found.isPending ? (
        <Skeleton lines={4} height={18} />
      ) : found.isError ? (
        <Trouble problem={found.error} retry={() => void found.refetch()} />
      ) : found.data.items.length === 0 ? (
        <PlainState icon="receipt" title={words.empty} hint={words.emptyHint} />
      ) : (
        found.data.items.map((one) => <Entries key={one.currency} statement={one} words={words} />)
      )}
    </section>
  );
}

type FilesProps = {
  readonly path: string;
  readonly range: { readonly from: string; readonly to: string };
  readonly words: OwnMoneyWords["account"];
};

/** The PDF in the reader's language, and beside it in the other: the client's books may be kept in either. */
function StatementFiles({ path, range, words }: FilesProps) {
  const tongue = currentTongue();
  const href = (language: Tongue) => `${path}/pdf?from=${range.from}&to=${range.to}&language=${language}`;
  return (
    <>
      <a className="button" href={href(tongue)} target="_blank" rel="noreferrer">
        <Icon name="book" />
        PDF
      </a>
      <a className="button plain" href={href(tongue === "zh" ? "en" : "zh")} target="_blank" rel="noreferrer">
        {words.otherPdf}
      </a>
    </>
  );
}

/** A payment without a reference of its own is told by how it came. */
function documentOf({ kind, name }: StatementView["entries"][number], words: OwnMoneyWords["account"]): string {
  return kind === "payment" && name in words.method ? words.method[name as keyof typeof words.method] : name;
}

type EntriesProps = { readonly statement: StatementView; readonly words: OwnMoneyWords["account"] };

function Entries({ statement, words }: EntriesProps) {
  const tongue = currentTongue();
  const amount = (minor: number): string => money(tongue, minor, statement.currency);
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.day}</th>
            <th scope="col">{words.entry}</th>
            <th scope="col">{words.document}</th>
            <th scope="col" className="end">
              {words.amount}
            </th>
            <th scope="col" className="end">
              {words.balance}
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td className="nowrap">{calendarDay(tongue, statement.from)}</td>
            <td colSpan={3}>{words.opening}</td>
            <td className="end amount">{amount(statement.openingMinor)}</td>
          </tr>
          {statement.entries.map((entry) => (
            <tr key={`${entry.kind} ${entry.id}`}>
              <td className="nowrap">{calendarDay(tongue, entry.on)}</td>
              <td>{words.kind[entry.kind]}</td>
              <td>{documentOf(entry, words)}</td>
              <td className="end nowrap">{amount(entry.amountMinor)}</td>
              <td className="end amount">{amount(entry.balanceMinor)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={4}>
              {words.closing} · {calendarDay(tongue, statement.to)}
            </td>
            <td className="end amount" data-testid="statement-closing">
              {amount(statement.closingMinor)}
            </td>
          </tr>
        </tfoot>
      </table>
    </TableScroll>
  );
}

/** The same rows for a spreadsheet, in plain figures. */
function fileOf(items: readonly StatementView[], words: OwnMoneyWords["account"]): string {
  const head = [words.day, words.entry, words.document, "", words.amount, words.balance];
  const rows = items.flatMap(({ currency, decimals, from, to, openingMinor, closingMinor, entries }) => [
    [from, words.opening, "", currency, "", majorOf(openingMinor, decimals)],
    ...entries.map((it) => [
      it.on,
      words.kind[it.kind],
      documentOf(it, words),
      currency,
      majorOf(it.amountMinor, decimals),
      majorOf(it.balanceMinor, decimals),
    ]),
    [to, words.closing, "", currency, "", majorOf(closingMinor, decimals)],
  ]);
  return `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf([head, ...rows]))}`;
}
