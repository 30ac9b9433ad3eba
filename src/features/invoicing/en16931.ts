import { addDays } from "../../domain/kernel/calendar-days.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { placed } from "../../domain/kernel/rational.ts";
import type { InvoiceView } from "../billing/index.ts";
import type { BuyerSnapshot, SellerSnapshot } from "../parties/index.ts";

/** UNCL 1001: a commercial invoice. Credit notes are 381. */
const COMMERCIAL_INVOICE = "380";
/** UN/ECE recommendation 20: "one", for what is counted; seconds, minutes and days have codes of their own. */
const UNIT_CODES: { readonly [unit: string]: string } = { second: "SEC", day: "DAY", month: "MON" };

type Terms = { readonly [term: string]: unknown };

/**
 * The invoice in the business terms of EN 16931-1, by their numbers: what any syntax of it (UBL, CII) is written from. The
 * mapping is the table below; rules that bind amounts hold by construction: BR-CO-10 (lines sum to BT-106), BR-CO-14 (groups
 * sum to BT-110), BR-CO-15 (net and tax are gross), BR-CO-16 (what is due), BR-CO-17 (tax once a group).
 */
export function en16931(
  invoice: InvoiceView,
  { buyer, seller }: { readonly buyer: BuyerSnapshot; readonly seller: SellerSnapshot },
): Terms {
  const amount = (minor: number) => text(minor, invoice.currency);
  return {
    "BT-1": invoice.number,
    "BT-2": invoice.issuedOn,
    "BT-3": COMMERCIAL_INVOICE,
    "BT-5": invoice.currency,
    "BT-9": invoice.dueOn,
    "BT-10": buyer.reference ?? null,
    "BG-14": { "BT-73": invoice.periodStart, "BT-74": lastDay(invoice.periodEnd) },
    "BG-4": {
      "BT-27": seller.nameEn,
      "BT-30": seller.registration ?? seller.creditCode ?? null,
      "BT-31": seller.vatId ?? null,
      "BT-32": seller.creditCode ?? null,
      "BG-5": address(seller.address, ["BT-35", "BT-37", "BT-38", "BT-40"]),
      "BT-43": seller.email ?? null,
    },
    "BG-7": {
      "BT-44": buyer.nameEn,
      "BT-47": buyer.registration ?? buyer.creditCode ?? null,
      "BT-48": buyer.vatId ?? null,
      "BG-8": buyer.address === null ? null : address(buyer.address, ["BT-50", "BT-52", "BT-53", "BT-55"]),
      "BT-58": buyer.email ?? null,
    },
    "BG-16": {
      "BT-81": "30",
      "BG-17": seller.banks.map(({ account, holder, swift }) => ({
        "BT-84": account,
        "BT-85": holder,
        "BT-86": swift ?? null,
      })),
    },
    "BG-22": {
      "BT-106": amount(invoice.totalMinor),
      "BT-109": amount(invoice.totalMinor),
      "BT-110": amount(invoice.taxMinor),
      "BT-112": amount(invoice.grossMinor),
      "BT-113": amount(invoice.prepaidMinor),
      "BT-115": amount(invoice.dueMinor),
    },
    "BG-23": invoice.taxes.map((group) => ({
      "BT-116": amount(group.baseMinor),
      "BT-117": amount(group.taxMinor),
      "BT-118": group.category,
      "BT-119": group.rate,
      "BT-120": group.exemption,
    })),
    "BG-25": invoice.items.map((line, at) => ({
      "BT-126": String(at + 1),
      "BT-129": line.quantity,
      "BT-130": UNIT_CODES[line.unit] ?? "C62",
      "BT-131": amount(line.amountMinor),
      "BT-146": line.unitPrice,
      "BT-151": line.taxCategory,
      "BT-152": line.taxRate,
      "BT-153": line.label.en,
    })),
  };
}

function text(minor: number, currency: string): string {
  return isCurrency(currency) ? placed(BigInt(minor), CURRENCY_DECIMALS[currency]) : String(minor);
}

function address(
  { street, city, postcode, country }: SellerSnapshot["address"],
  [forStreet, forCity, forPostcode, forCountry]: readonly [string, string, string, string],
): Terms {
  return { [forStreet]: street, [forCity]: city, [forPostcode]: postcode, [forCountry]: country };
}

/** Periods end before their last instant; on paper people write the last day. */
function lastDay(end: string): string {
  return addDays(end, -1);
}
