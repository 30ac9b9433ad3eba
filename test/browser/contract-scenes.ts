import type { Charges } from "../../src/features/billing/contract-schema.ts";
import type { CardView, ContractView } from "../../src/features/billing/contract-views-schema.ts";
import type { Preview } from "../../src/features/billing/schema.ts";
import type { ContractView as Shown } from "../../web/contracts/shapes.ts";

export const CHARGES: Charges = [
  {
    code: "answered",
    label: { zh: "接听", en: "Answered contacts" },
    model: "unit",
    usage: "contact",
    where: { outcomes: ["answered"] },
    price: "2.40",
    per: 1,
    baseCount: 50,
  },
  {
    code: "carrier",
    label: { zh: "通信费", en: "Carrier time" },
    model: "carrier_time",
    buy: { perMinute: "0.0061", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15" },
  },
];

export const CONTRACT: ContractView & Shown = {
  id: "k1",
  tenantId: "t1",
  tenantName: "Harbour Museum",
  slug: "main",
  name: { zh: "港口博物馆", en: "Harbour Museum" },
  currency: "GBP",
  timeZone: "Europe/London",
  versions: [
    {
      version: 1,
      from: "2026-01-01",
      to: null,
      source: "file",
      publishedBy: null,
      publishedAt: Date.UTC(2026, 0, 1),
      card: null,
      billed: true,
      charges: CHARGES,
    },
  ],
  draft: null,
};

const [ANSWERED, CARRIER] = CHARGES as [Charges[number], Charges[number]];
const STORAGE: Charges[number] = {
  code: "storage",
  label: { zh: "录音存储", en: "Recordings kept" },
  model: "recurring",
  of: "recording",
  price: "1.10",
  per: 1000,
  minCount: 0,
  timing: "arrears",
};
const card = (version: number, validFrom: string, price: string): CardView => ({
  slug: "inbound",
  version,
  validFrom,
  source: "file",
  name: { zh: "呼入标准价", en: "Inbound, standard" },
  currency: "GBP",
  charges: [{ ...ANSWERED, price } as Charges[number], CARRIER, STORAGE],
});
export const CARDS: CardView[] = [card(2, "2027-01-01", "2.80"), card(1, "2026-01-01", "2.65")];

/** Another card: the same contacts at another price, no carrier time, and numbers instead. */
export const OTHER_CARD: CardView = {
  ...card(1, "2026-06-01", "1.90"),
  slug: "evening",
  name: { zh: "夜间价", en: "Evenings" },
  charges: [{ ...ANSWERED, price: "1.90" } as Charges[number], { ...STORAGE, price: "0.80" } as Charges[number]],
};

export const ON_CARD: ContractView & Shown = {
  ...CONTRACT,
  versions: CONTRACT.versions.map((version) => ({ ...version, card: { slug: "inbound", version: 1 } })),
};

/** A hundred contacts at the price that is asked about, and a fixed hundred of carrier time. */
export function preview({ charges }: { charges: Charges | null }): { body: Preview } {
  const [first] = charges ?? CHARGES;
  const price = first?.model === "unit" ? Number(first.price) : 0;
  const line = (code: string, component: string, minor: number, label: { zh: string; en: string }) => ({
    key: `${code}/${component}@v1`,
    label,
    code,
    model: code === "carrier" ? "carrier_time" : "unit",
    component,
    quantity: "100",
    unit: code === "carrier" ? "second" : "contact",
    unitPrice: null,
    amountMinor: minor,
    exact: String(minor / 100),
    detail: {},
  });
  const each = Math.round(price * 10_000);
  return {
    body: {
      currency: "GBP",
      decimals: 2,
      period: "2026-10",
      totalMinor: each + 10_000,
      lines: [
        line("answered", "each", each, { zh: "接听", en: "Answered contacts" }),
        line("carrier", "time", 10_000, { zh: "通信费", en: "Carrier time" }),
      ] as Preview["lines"],
      unrated: 3,
      warnings: [{ kind: "negative_margin", code: "carrier", seconds: 1, margin: "-0.01" }],
    },
  };
}
