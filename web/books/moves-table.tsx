import { useTranslation } from "react-i18next";
import type { CommissionMoveView } from "../../src/features/commission/schema.ts";
import { PlainState, TableScroll } from "../design/parts.tsx";
import { calendarDay, dateTime, money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

type Props = { readonly moves: readonly CommissionMoveView[]; readonly currency: string };

/** The steps that make up a statement: what each sale earned, and what was taken back. */
export function MovesTable({ moves, currency }: Props) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  if (moves.length === 0) return <PlainState icon="receipt" title={t("commission.noMoves")} />;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("commission.sale")}</th>
            <th scope="col">{t("commission.soldAt")}</th>
            <th scope="col" className="end">
              {t("commission.saleValue")}
            </th>
            <th scope="col">{t("commission.what")}</th>
            <th scope="col">{t("commission.bookedOn")}</th>
            <th scope="col" className="end">
              {t("billing.amount")}
            </th>
          </tr>
        </thead>
        <tbody>
          {moves.map((move) => (
            <tr key={move.moveId}>
              <td className="mono">{move.saleRef}</td>
              <td className="nowrap">{move.soldAt === null ? "" : dateTime(tongue, move.soldAt)}</td>
              <td className="end nowrap">{money(tongue, move.saleMinor, currency)}</td>
              <td>
                {t(`commission.move.${move.kind}`)}{" "}
                <span className="small quiet">{t("commission.version", { n: String(move.planVersion) })}</span>
              </td>
              <td className="nowrap">{calendarDay(tongue, move.bookedOn)}</td>
              <td className="end amount">{money(tongue, move.amountMinor, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
