import { useTranslation } from "react-i18next";
import type { StatementView } from "../../src/features/commission/schema.ts";
import { money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

/** From what stood at the month's beginning to what is paid for it. */
export const SUMS = ["opening", "earned", "clawedBack", "closing", "payable"] as const;
type Sums = { readonly of: readonly (typeof SUMS)[number][] };

export function SumHeads({ of }: Sums) {
  const { t } = useTranslation();
  return of.map((name) => (
    <th key={name} scope="col" className="end">
      {t(`books.${name}`)}
    </th>
  ));
}

/** What is paid stands out; on the statement itself, `strong`, all do. */
export function SumCells({
  of,
  statement,
  strong = false,
}: Sums & { readonly statement: StatementView; readonly strong?: boolean }) {
  const tongue = currentTongue();
  return of.map((name) => (
    <td key={name} className={strong || name === "payable" ? "end amount" : "end nowrap"}>
      {money(tongue, statement[`${name}Minor`], statement.currency)}
    </td>
  ));
}
