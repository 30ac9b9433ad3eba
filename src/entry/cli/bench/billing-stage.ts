import { createHash, randomUUID } from "node:crypto";
import postgres from "postgres";
import { asId, type TenantId } from "../../../domain/kernel/ids.ts";
import { randomInt, seededRandom } from "../../../domain/kernel/random.ts";
import type { Charge } from "../../../domain/rating/charge.ts";
import type { NewUsage } from "../../../features/billing/index.ts";
import type { DatabaseUrls } from "../roles.ts";

export const PERIOD = "2026-10";
const FROM = Date.UTC(2026, 9, 1);
const MONTH_MS = 31 * 86_400_000;

const named = (code: string) => ({ code, label: { zh: code, en: code } });
/** A contract as clients have them: a package of contacts, carrier time with increments on both sides, commission. */
export const CHARGES: readonly Charge[] = [
  { ...named("package"), model: "package", usage: "contact", fee: "9000.00", included: 20_000, overflow: "0.45" },
  {
    ...named("carrier"),
    model: "carrier_time",
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15", perMinute: "0.002" },
  },
  {
    ...named("orders"),
    model: "commission",
    pay: { by: "percent", percent: "2.5", minEach: "0.50", maxEach: "20.00" },
  },
  { ...named("least"), model: "commitment", amount: "10000.00" },
];

/** A client of its own with the contract above, in force all month. */
export async function benchClient(
  urls: Pick<DatabaseUrls, "owner" | "operator">,
  charges: readonly Charge[] = CHARGES,
): Promise<TenantId> {
  const tenantId = asId<TenantId>(randomUUID());
  const slug = `bench-${tenantId.slice(0, 8)}`;
  const operator = postgres(urls.operator, { max: 1, onnotice: () => {} });
  await operator`insert into house.tenants (id, slug, name, time_zone, currency) values (${tenantId}, ${slug}, ${slug}, 'UTC', 'USD')`;
  await operator.end();
  const owner = postgres(urls.owner, { max: 1, onnotice: () => {} });
  await owner.begin(async (tx) => {
    await tx`select set_config('app.tenant_id', ${tenantId}, true)`;
    await tx`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
      values (${tenantId}, ${slug}, ${slug}, ${slug}, ${slug}, 'bench', 'UTC', 'USD', 'en-US')`;
    const contract = randomUUID();
    await tx`insert into tenant.contracts (tenant_id, id, slug, name_zh, name_en, currency, time_zone)
      values (${tenantId}, ${contract}, 'main', 'main', 'main', 'USD', 'UTC')`;
    const hash = createHash("sha256").update(JSON.stringify(charges)).digest("hex");
    await tx`insert into tenant.contract_versions (tenant_id, contract_id, version, valid, content_hash)
      values (${tenantId}, ${contract}, 1, daterange('2026-01-01', null), ${hash})`;
    for (const [position, { code, label, model, ...params }] of charges.entries()) {
      await tx`insert into tenant.charges (tenant_id, contract_id, version, position, code, model, params, description_zh, description_en)
        values (${tenantId}, ${contract}, 1, ${position}, ${code}, ${model}, ${tx.json(JSON.parse(JSON.stringify(params)))}, ${label.zh}, ${label.en})`;
    }
  });
  await owner.end();
  return tenantId;
}

/** Usage of so many contacts, in order of time: each a contact with two legs, every fifth a sale. */
export function usageOfContacts(count: number, seed = 1): NewUsage[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => at).flatMap((at): NewUsage[] => {
    const contactId = contactIdOf(seed, at);
    const ms = FROM + Math.floor((at / count) * MONTH_MS);
    const talkS = 20 + randomInt(random, 400);
    const about = { number: "+12065550110", direction: "inbound" };
    const base = { source: "facts", contactId, occurredAt: ms, quantity: 1 };
    const event = (seq: number) => `${contactId}:${seq}`;
    const leg = (seq: number, party: string, quantity: number): NewUsage => {
      const attrs = { ...about, party, callSid: `CA${contactId.slice(0, 8)}${seq}`, status: "completed" };
      return { ...base, sourceEventId: event(seq), kind: "carrier_leg", quantity, attrs };
    };
    const sale = { ...about, disposition: "sold", saleMinor: 1000 + randomInt(random, 90_000) };
    return [
      { ...base, sourceEventId: event(7), kind: "contact", attrs: { ...about, outcome: "answered", talkS } },
      leg(8, "agent", talkS),
      leg(9, "caller", talkS + randomInt(random, 40)),
      ...(at % 5 === 0 ? [{ ...base, sourceEventId: event(10), kind: "success", attrs: sale } as const] : []),
    ];
  });
}

function contactIdOf(seed: number, at: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return `${hex(seed, 8)}-0000-7000-8000-${hex(at, 12)}`;
}
