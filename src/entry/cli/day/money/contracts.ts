import type { z } from "zod";
import type { ChargeSchema } from "../../../../features/billing/index.ts";

type Charge = z.input<typeof ChargeSchema>;
/** A version as the contract editor publishes it. */
export type Version = { readonly validFrom: string; readonly charges: readonly Charge[] };

const label = (zh: string, en: string) => ({ zh, en });

/** Television shopping, in yuan. */
const TELEVISION: readonly Charge[] = [
  {
    model: "recurring",
    code: "seats",
    label: label("座席月租(预付,最少4席)", "Seats in advance (at least 4)"),
    of: "seat",
    price: "6800.00",
    minCount: 4,
    timing: "advance",
  },
  { model: "recurring", code: "numbers", label: label("号码月租", "Numbers"), of: "number", price: "30.00" },
  {
    model: "recurring",
    code: "storage",
    label: label("录音存储", "Recordings kept"),
    of: "recording",
    price: "0.05",
  },
  {
    model: "carrier_time",
    code: "carrier-evening",
    label: label("通信费(晚间)", "Carrier time, evenings"),
    where: { hours: { from: "21:20", to: "23:30" } },
    buy: { perMinute: "0.15", firstS: 60, nextS: 60 },
    sell: {
      by: "tariff",
      perMinute: "0.21",
      firstS: 6,
      nextS: 6,
      connectFee: "0.02",
      minCharge: "0.05",
      maxCharge: "9",
    },
  },
  {
    model: "carrier_time",
    code: "carrier",
    label: label("通信费(60秒进位,加收8%)", "Carrier time (60/60, plus 8 %)"),
    buy: { perMinute: "0.15", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "8", minCharge: "0.10" },
  },
  {
    model: "package",
    code: "orders",
    label: label("接听套餐(含20次)", "Answered contacts, 20 included"),
    usage: "contact",
    fee: "3000.00",
    included: 20,
    overflow: "6.50",
  },
  {
    model: "commission",
    code: "sales",
    label: label("销售提成3%", "Commission, 3 % of the sale"),
    pay: { by: "percent", percent: "3", minEach: "2.00", maxEach: "80.00" },
  },
  {
    model: "day_rate",
    code: "studio",
    label: label("临时座席(按天,月封顶)", "Seats by the day, capped by the month"),
    price: "320.00",
    monthCap: "5200.00",
  },
  {
    model: "milestone",
    code: "launch",
    label: label("上线项目", "Launch project"),
    milestones: [
      { code: "scripts", amount: "12000.00" },
      { code: "go-live", amount: "18000.00" },
    ],
  },
  {
    model: "unit",
    code: "idle",
    label: label("共用坐席等待与培训", "Waiting and training of shared agents"),
    usage: "agent_time",
    where: { states: ["waiting", "training"], agents: ["shared"] },
    price: "9.00",
    per: 3_600,
  },
  {
    model: "recurring",
    code: "own-agents",
    label: label("专属坐席", "Dedicated agents"),
    of: "agent",
    price: "500.00",
  },
  { model: "fee", code: "set-up", label: label("开通费", "Set-up"), amount: "2000.00", every: "once" },
  { model: "commitment", code: "commitment", label: label("月最低消费", "Monthly commitment"), amount: "95000.00" },
  {
    model: "sla_credit",
    code: "sla",
    label: label("服务水平返还", "Service-level credit"),
    targetPercent: "99.9",
    steps: [
      { belowPercent: "99.9", creditPercent: "2" },
      { belowPercent: "95", creditPercent: "5" },
      { belowPercent: "85", creditPercent: "12" },
    ],
    capPercent: "10",
    of: ["orders"],
  },
];

/** Appliance service, in dollars. */
const APPLIANCES: readonly Charge[] = [
  { model: "seat_month", code: "seats", label: label("座席月包", "Seats per month"), price: "410.00", minSeats: 2 },
  {
    model: "volume",
    code: "messages",
    label: label("短信(按总量)", "Messages by volume"),
    usage: "message",
    tiers: [
      { upTo: "1000", price: "0.020" },
      { price: "0.012", flat: "2.00" },
    ],
  },
  {
    model: "carrier_time",
    code: "carrier",
    label: label("通信费(6秒进位)", "Carrier time (6/6)"),
    buy: { perMinute: "0.0085", firstS: 6, nextS: 6 },
    sell: { by: "tariff", perMinute: "0.019", firstS: 6, nextS: 6 },
  },
  {
    model: "commission",
    code: "visits",
    label: label("预约上门提成", "Commission per visit booked"),
    pay: { by: "fixed", amount: "4.50" },
  },
  {
    model: "unit",
    code: "answered",
    label: label("每次接听(最少30次)", "Answered contacts (at least 30)"),
    usage: "contact",
    price: "2.90",
    baseCount: 30,
    limits: { discountPercent: "7.5" },
  },
  {
    model: "unit",
    code: "consulting",
    label: label("顾问工时(封顶)", "Consulting by the hour, capped"),
    usage: "service_time",
    price: "85.00",
    per: 3_600,
    limits: { maximum: "900.00" },
  },
  {
    model: "unit",
    code: "hourly-seats",
    label: label("小时座席", "Seats by the hour"),
    usage: "seat_time",
    price: "12.50",
    per: 3_600,
  },
  { model: "fee", code: "platform", label: label("平台费", "Platform"), amount: "250.00", every: "month" },
  {
    model: "commitment",
    code: "two-months",
    label: label("两月承诺额", "Commitment over two months"),
    amount: "9000.00",
    term: { from: "2026-11-01", months: 2 },
  },
  {
    model: "sla_credit",
    code: "sla",
    label: label("服务水平返还", "Service-level credit"),
    targetPercent: "99.9",
    perStartedPointPercent: "0.5",
    capPercent: "10",
    of: ["seats", "answered"],
  },
];

/** A museum, in pounds. */
function museum(price: string): Charge[] {
  return [
    {
      model: "graduated",
      code: "answered",
      label: label("接听(阶梯)", "Answered contacts by tiers"),
      usage: "contact",
      where: { outcomes: ["answered"] },
      tiers: [{ upTo: "5", price, flat: "25.00" }, { upTo: "40", price: "1.80" }, { price: "1.50" }],
    },
    {
      model: "carrier_time",
      code: "carrier",
      label: label("通信费(按秒,最低20镑)", "Carrier time (1/1), at least 20 pounds"),
      buy: { perMinute: "0.0061", firstS: 1, nextS: 1 },
      sell: { by: "markup", percent: "15", perMinute: "0.002" },
      limits: { minimum: "20.00" },
    },
    {
      model: "commission",
      code: "bookings",
      label: label("订票提成(按成功率)", "Commission by success rate"),
      pay: {
        by: "bands",
        bands: [{ upToPercent: "20", amount: "0.40" }, { upToPercent: "50", amount: "0.75" }, { amount: "1.10" }],
      },
    },
    {
      model: "unit",
      code: "shifts",
      label: label("临时班次", "Shifts"),
      usage: "seat_shift",
      price: "95.00",
    },
    {
      model: "recurring",
      code: "lines",
      label: label("约定线路", "Agreed lines"),
      of: "agreed",
      price: "40.00",
      minCount: 2,
      timing: "arrears",
    },
    {
      model: "unit",
      code: "worked",
      label: label("工时(通话与话后)", "Hours worked, wrap-up included"),
      usage: "agent_time",
      where: { states: ["on_contact", "wrap_up", "ringing"] },
      price: "30.00",
      per: 3_600,
    },
    {
      model: "unit",
      code: "burst",
      label: label("超出保底座席(按天)", "Seats beyond those guaranteed, by the day"),
      usage: "burst_seat_day",
      price: "35.00",
    },
    { model: "fee", code: "account", label: label("客户管理", "Account management"), amount: "300.00", every: "month" },
  ];
}

/**
 * What the clients have agreed for the month: between them every model of `domain/rating`, and each model's options once.
 * Published through the contract editor's door before the first call, so a day's calls are charged by them.
 */
export const VERSIONS: { readonly [client: string]: readonly Version[] } = {
  "qingchuan-tv": [{ validFrom: "2026-11-01", charges: TELEVISION }],
  hearthline: [{ validFrom: "2026-11-01", charges: APPLIANCES }],
  // The price changes in mid-month: each day pays the price of its own version.
  harbourlight: [
    { validFrom: "2026-11-01", charges: museum("2.40") },
    { validFrom: "2026-11-16", charges: museum("2.10") },
  ],
};

/** What an agent earns by a sale of this client: from the sale on, payable once the goods are delivered. */
export const AGENT_PLAN = {
  client: "qingchuan-tv",
  plan: {
    beneficiary: "agent",
    from: "2026-11-01",
    terms: { pay: { by: "percent", percent: "2", minEach: "1.00" }, accrueOn: "sold", payableOn: "delivered" },
  },
} as const;
