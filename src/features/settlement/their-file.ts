import { parseCsv } from "../../domain/kernel/csv.ts";
import { exact, parseRational, roundHalfAwayFromZero, times } from "../../domain/kernel/rational.ts";
import { type Fault, Refusal } from "../../domain/kernel/trouble.ts";
import { ITEMS } from "../../domain/settlement/statement.ts";
import type { KeptRow } from "./files-store.ts";
import { type PartyView, ROWS_MAX } from "./schema.ts";

/** Columns and items by the names that files use for them, in either language. */
const COLUMNS: Readonly<Record<string, string>> = {
  单号: "ref",
  订单号: "ref",
  金额: "amount",
  项目: "item",
  秒数: "quantity",
  "call sid": "ref",
  sid: "ref",
  price: "amount",
  duration: "quantity",
};
const ITEM_NAMES: Readonly<Record<string, string>> = {
  代收: "collected",
  运费: "delivery_fee",
  退货费: "return_fee",
  分成: "share",
  话费: "carrier_rate",
  扣回: "clawback",
  调整: "adjustment",
};
/** Faults named at once: enough to mend a file by, not a book. */
const FAULTS_MAX = 20;
const MICROS_PER_MAJOR = 1_000_000n;

/**
 * A partner's file. Amounts are in major units with at most six decimals; carriers write what they charge as a negative
 * number, which is the same amount. A part with any row that cannot be read is refused as a whole, naming the rows: half a
 * file would look like calls that the partner has forgotten.
 */
export function theirRows(csv: string, kind: PartyView["kind"]): KeptRow[] {
  const { header, rows } = parseCsv(csv);
  const names = header.map((name) => COLUMNS[name] ?? name);
  const missing = ["ref", "amount"].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw refusal([{ path: "json.csv", message: `the first row names no column ${missing.join(", ")}` }]);
  if (rows.length > ROWS_MAX)
    throw refusal([{ path: "json.csv", message: `${rows.length} rows; at most ${ROWS_MAX} a part` }]);
  const faults: Fault[] = [];
  const kept = rows.flatMap(({ line, fields }) => {
    const row = Object.fromEntries(Object.entries(fields).map(([name, text]) => [COLUMNS[name] ?? name, text]));
    const read = rowOf(row, kind);
    if (typeof read !== "string") return [read];
    faults.push({ path: `json.csv.${line}`, message: read });
    return [];
  });
  if (faults.length > 0) throw refusal(faults.slice(0, FAULTS_MAX));
  return kept;
}

function rowOf(row: Readonly<Record<string, string>>, kind: PartyView["kind"]): KeptRow | string {
  const { ref = "", amount = "", item = "", quantity = "" } = row;
  if (ref === "" || ref.length > 100) return "`ref` is empty or longer than 100";
  const given = ITEM_NAMES[item] ?? item.toLowerCase();
  const named = given === "" ? (kind === "carrier" ? "carrier_rate" : "collected") : given;
  if (!(ITEMS as readonly string[]).includes(named)) return `\`item\` is none of ${ITEMS.join(", ")}`;
  const value = /^-?[0-9]{1,12}(\.[0-9]{1,6})?$/.test(amount) ? parseRational(amount) : null;
  if (value === null) return "`amount` is not an amount with at most 6 decimals";
  if (quantity !== "" && !/^[0-9]{1,9}$/.test(quantity)) return "`quantity` is not a whole number";
  const micros = roundHalfAwayFromZero(times(exact(amount), MICROS_PER_MAJOR));
  const charged = kind === "carrier" && micros < 0n ? -micros : micros;
  return { ref, item: named, micros: charged.toString(), quantity: quantity === "" ? null : Number(quantity) };
}

function refusal(faults: readonly Fault[]): Refusal {
  return new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}
