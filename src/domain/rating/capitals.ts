import { CURRENCY_DECIMALS, type Currency } from "../kernel/currency.ts";

const DIGITS = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿", "亿亿"];

/** What the whole unit is called; others by their code, which people read as it stands. */
const WHOLE: { readonly [currency: string]: string } = { CNY: "圆", JPY: "圆", HKD: "圆", TWD: "圆", MOP: "圆" };

/**
 * 价税合计(大写): an amount in capitals, so that no stroke can be added to it. Rules of 正确填写票据和结算凭证的基本规定
 * (People's Bank of China): 整 after whole units and after 角, 零 for every gap between digits and before 分 without 角.
 */
export function amountInCapitals(minor: bigint, currency: Currency): string {
  const decimals = CURRENCY_DECIMALS[currency];
  const magnitude = minor < 0n ? -minor : minor;
  const scale = 10n ** BigInt(decimals);
  const [whole, rest] = [magnitude / scale, (magnitude % scale).toString().padStart(decimals, "0")];
  const sign = minor < 0n ? "负" : "";
  const unit = WHOLE[currency] ?? currency;
  const fraction = decimals === 2 && unit === "圆" ? jiaoAndFen(rest, whole > 0n) : digitsOf(rest);
  if (whole === 0n && fraction !== "") return `${sign}${fraction.replace(/^点/, "零点")}${unit === "圆" ? "" : unit}`;
  if (unit !== "圆") return `${sign}${wholeInCapitals(whole)}${fraction}${unit}${fraction === "" ? "整" : ""}`;
  return `${sign}${wholeInCapitals(whole)}圆${fraction === "" ? "整" : fraction}`;
}

function jiaoAndFen(rest: string, afterWhole: boolean): string {
  const [jiao, fen] = [Number(rest[0]), Number(rest[1])];
  if (jiao === 0 && fen === 0) return "";
  if (fen === 0) return `${DIGITS[jiao]}角整`;
  const tenths = jiao === 0 ? (afterWhole ? "零" : "") : `${DIGITS[jiao]}角`;
  return `${tenths}${DIGITS[fen]}分`;
}

/** Decimals of a currency without 角 and 分, digit by digit. */
function digitsOf(rest: string): string {
  if (/^0*$/.test(rest)) return "";
  return `点${[...rest.replace(/0+$/, "")].map((digit) => DIGITS[Number(digit)]).join("")}`;
}

function wholeInCapitals(whole: bigint): string {
  if (whole === 0n) return "零";
  const groups: number[] = [];
  for (let left = whole; left > 0n; left /= 10_000n) groups.push(Number(left % 10_000n));
  let text = "";
  let gap = false;
  for (let at = groups.length - 1; at >= 0; at--) {
    const group = groups[at] ?? 0;
    if (group === 0) {
      gap = true;
      continue;
    }
    text += `${text !== "" && (gap || group < 1000) ? "零" : ""}${groupInCapitals(group)}${GROUPS[at] ?? ""}`;
    gap = false;
  }
  return text;
}

/** One to 9999. */
function groupInCapitals(group: number): string {
  let text = "";
  let gap = false;
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(group / 10 ** place) % 10;
    if (digit === 0) {
      gap = text !== "";
      continue;
    }
    text += `${gap ? "零" : ""}${DIGITS[digit]}${PLACES[place]}`;
    gap = false;
  }
  return text;
}
