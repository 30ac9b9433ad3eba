import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SettlementLineView, SettlementView } from "../../src/features/settlement/schema.ts";
import { decimalMoney } from "../billing/amounts.ts";
import { PlainState, TableScroll } from "../design/parts.tsx";
import { count, money, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { Mark, Pill } from "./parts.tsx";

/** What both sides read of a settlement statement: the house decides on it, a client that is the supplier only reads. */
export function StatementsTable(props: {
  readonly rows: readonly SettlementView[];
  readonly withClient: boolean;
  readonly link: (row: SettlementView, label: string) => ReactNode;
}) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t(props.withClient ? "books.partner" : "billing.period")}</th>
            {props.withClient ? <th scope="col">{t("billing.tenant")}</th> : null}
            {props.withClient ? <th scope="col">{t("billing.period")}</th> : null}
            <th scope="col">{t("billing.status")}</th>
            {(["openLines", "disputed", "opening", "closing"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {t(`books.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.statementId}>
              <td>
                {props.link(row, props.withClient ? row.party.name : month(tongue, row.period))}{" "}
                {props.withClient ? (
                  <span className="small quiet">{t(`books.partyKind.${row.party.kind}`)}</span>
                ) : null}
              </td>
              {props.withClient ? <td>{row.tenantName}</td> : null}
              {props.withClient ? <td className="nowrap">{month(tongue, row.period)}</td> : null}
              <td>
                <StatementPill status={row.status} />
              </td>
              <td className="end">{count(tongue, row.lines.open)}</td>
              <td className="end">{count(tongue, row.lines.disputed)}</td>
              <td className="end">{money(tongue, row.openingMinor, row.currency)}</td>
              <td className="end amount">{money(tongue, row.closingMinor, row.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

export function StatementPill({ status }: { status: SettlementView["status"] }) {
  const { t } = useTranslation();
  return <Pill done={status !== "draft"}>{t(`books.settlementStatus.${status}`)}</Pill>;
}

/** From the opening by each item to the closing. */
export function SettlementSums({ statement }: { statement: SettlementView }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const rows = [
    { name: t("books.opening"), minor: statement.openingMinor },
    ...statement.sums.map(({ item, amountMinor }) => ({ name: t(`books.item.${item}`), minor: amountMinor })),
    { name: t("books.closing"), minor: statement.closingMinor },
  ];
  return (
    <section className="panel" aria-label={t("books.balance")}>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              {rows.map((row) => (
                <th key={row.name} scope="col" className="end">
                  {row.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              {rows.map((row) => (
                <td key={row.name} className="end amount">
                  {money(tongue, row.minor, statement.currency)}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

type LinesProps = {
  readonly statement: SettlementView;
  /** Whose eyes read it: what is ours to the house is theirs to the client. */
  readonly side: "house" | "client";
  readonly rows: readonly SettlementLineView[];
  /** The house's hand on a line; without it the lines are only read. */
  readonly hand?: {
    readonly pick: (line: SettlementLineView) => ReactNode;
    readonly decide: (line: SettlementLineView) => ReactNode;
  };
};

export function SettlementLines({ statement, rows, side, hand }: LinesProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const amount = (micros: number | null) =>
    micros === null ? "" : decimalMoney(tongue, (micros / 1_000_000).toFixed(6), statement.currency);
  if (rows.length === 0) return <PlainState icon="receipt" title={t("settlement.noLines")} />;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("books.ref")}</th>
            <th scope="col">{t("billing.charge")}</th>
            <th scope="col">{t("billing.status")}</th>
            {(["ours", "theirs", "difference"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {t(`settlement.${side}.${name}`)}
              </th>
            ))}
            <th scope="col">{t("settlement.decide")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.lineId}>
              <td>
                <span className="row">
                  {hand?.pick(row)}
                  <span className="mono small">{row.ref}</span>
                </span>
              </td>
              <td>{t(`books.item.${row.item}`)}</td>
              <td>
                <Mark good={row.state === "matched" || row.state === "unmatched"}>
                  {t(`settlement.${side}.${row.state}`)}
                </Mark>
              </td>
              <td className="end nowrap">{amount(row.oursMicros)}</td>
              <td className="end nowrap">{amount(row.theirsMicros)}</td>
              <td className="end nowrap">{amount(differenceOf(row))}</td>
              <td>
                <Decided line={row} side={side} />
                {hand?.decide(row)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Theirs less ours, where both sides speak and are apart. */
function differenceOf({ state, oursMicros, theirsMicros }: SettlementLineView): number | null {
  return state === "differs" && oursMicros !== null && theirsMicros !== null ? theirsMicros - oursMicros : null;
}

type DecidedProps = Pick<LinesProps, "side"> & { readonly line: SettlementLineView };

function Decided({ line: { decision, reason }, side }: DecidedProps) {
  const { t } = useTranslation();
  if (decision === null) return null;
  return (
    <span className="small">
      {t(`settlement.${side}.${decision}`)} <span className="quiet">{reason}</span>{" "}
    </span>
  );
}
