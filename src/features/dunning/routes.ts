import { createRoute, z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { actorId, iso, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { type DunningStep, faultsOf, HOUSE_RULE, type Standing } from "../../domain/dunning/dunning.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit, auditHouse } from "../audit/index.ts";
import { access, houseRouter, json, problems, signedInOn } from "../identity/index.ts";
import { houseRule, ownRules, writeHouseRule, writeOwnRule } from "./rules-store.ts";
import { type ClientDunning, ClientDunningSchema, RuleSchema } from "./schema.ts";

const body = { required: true, content: { "application/json": { schema: RuleSchema } } };
const id = z.uuid();
const staff = access("billing_admin", "house_admin");
const rule = json("The rule", RuleSchema);

const readHouse = createRoute({
  method: "get",
  path: "/api/billing/dunning",
  operationId: "readDunningRule",
  summary: "When the house reminds and what follows",
  ...staff,
  responses: { 200: rule, ...problems(401, 403) },
});
const writeHouse = createRoute({
  method: "put",
  path: "/api/billing/dunning",
  operationId: "changeDunningRule",
  summary: "Change the house's rule; steps that were taken stay taken",
  ...staff,
  request: { body },
  responses: { 200: rule, ...problems(401, 403, 422) },
});
const readClient = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/dunning",
  operationId: "readClientDunning",
  summary: "How a client stands, the rules that hold for it, and the steps taken",
  ...staff,
  request: { params: z.object({ tenantId: id }) },
  responses: { 200: json("Standing, rules, steps", ClientDunningSchema), ...problems(401, 403, 404, 422) },
});
const writeClient = createRoute({
  method: "put",
  path: "/api/billing/tenants/{tenantId}/contracts/{contractId}/dunning",
  operationId: "changeContractDunningRule",
  summary: "Give a contract a rule of its own",
  ...staff,
  request: { params: z.object({ tenantId: id, contractId: id }), body },
  responses: { 200: rule, ...problems(401, 403, 404, 422) },
});

/** Reminders and what follows them, for billing staff. */
export function dunningRoutes() {
  const router = houseRouter();
  router.openapi(readHouse, async (c) => {
    const steps = await withOperator(c.get("services").operatorDb, houseRule);
    return c.json({ steps: [...(steps ?? HOUSE_RULE)] }, 200);
  });
  router.openapi(writeHouse, async (c) => {
    const { operatorDb, clock } = c.get("services");
    const steps = sound(c.req.valid("json").steps);
    const by = `user:${signedInOn(c).userId}`;
    await withOperator(operatorDb, async (tx) => {
      await writeHouseRule(tx, steps, by, iso(clock.now()));
      const { userId } = signedInOn(c);
      await auditHouse(tx, userId, "dunning_rule_changed", { kind: "house", id: "dunning" }, { steps });
    });
    return c.json({ steps }, 200);
  });
  router.openapi(readClient, async (c) => {
    const { db, operatorDb } = c.get("services");
    const tenantId = asId<TenantId>(c.req.valid("param").tenantId);
    const house = (await withOperator(operatorDb, houseRule)) ?? HOUSE_RULE;
    const actor = { kind: "user", userId: signedInOn(c).userId } as const;
    return c.json(await withTenant(db, { tenantId, actor }, (tx) => clientDunning(tx, house)), 200);
  });
  router.openapi(writeClient, async (c) => {
    const { db, clock } = c.get("services");
    const { tenantId, contractId } = c.req.valid("param");
    const steps = sound(c.req.valid("json").steps);
    const actor = { kind: "user", userId: signedInOn(c).userId } as const;
    await withTenant(db, { tenantId: asId<TenantId>(tenantId), actor }, async (tx) => {
      const by = `${actor.kind}:${actorId(actor)}`;
      const written = await writeOwnRule(tx, contractId, steps, by, iso(clock.now()));
      if (!written) throw new Refusal("not_found", "contract_not_found", "there is no such contract");
      await audit(tx, "dunning_rule_changed", { kind: "contract", id: contractId }, { steps });
    });
    return c.json({ steps }, 200);
  });
  return router;
}

function sound(steps: readonly DunningStep[]): DunningStep[] {
  const faults = faultsOf(steps).map((it) => ({ ...it, path: `json.${it.path}` }));
  if (faults.length === 0) return [...steps];
  throw new Refusal("invalid", "invalid_input", "the rule is not sound", { faults });
}

async function clientDunning(tx: TenantTx, house: readonly DunningStep[]): Promise<ClientDunning> {
  const mine = sql`tenant_id = ${tx.tenantId}`;
  const [company] = await tx.execute(sql`select 1 from tenant.companies where ${mine}`);
  if (company === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  const [stand] = await tx.execute<{ standing: Standing; since: string }>(sql`
    select standing, (extract(epoch from since) * 1000)::bigint::text as since from tenant.dunning_standings where ${mine}`);
  const contracts = await tx.execute<{ id: string; name_zh: string; name_en: string }>(sql`
    select id, name_zh, name_en from tenant.contracts where ${mine} order by slug limit 200`);
  const own = await ownRules(tx);
  return {
    standing: stand?.standing ?? "good",
    since: stand === undefined ? null : Number(stand.since),
    house: [...house],
    contracts: contracts.map(({ id: contractId, name_zh: zh, name_en: en }) => {
      const steps = own.get(contractId);
      return { contractId, zh, en, steps: steps === undefined ? null : [...steps] };
    }),
    taken: await takenSteps(tx),
  };
}

const TAKEN_MAX = 200;

async function takenSteps(tx: TenantTx): Promise<ClientDunning["taken"]> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    select s.invoice_id, s.day, s.deed, s.open_minor::text as open, s.taken_on::text as taken_on, to_json(s.letter_to)::text as letter_to,
      s.letter_trouble, i.currency, i.series || '-' || lpad(i.number::text, 6, '0') as number
    from tenant.dunning_steps s join tenant.invoices i on i.tenant_id = s.tenant_id and i.id = s.invoice_id
    where s.tenant_id = ${tx.tenantId} order by s.taken_at desc, s.id desc limit ${TAKEN_MAX}`);
  return rows.map((row) => {
    const currency = String(row.currency);
    return {
      invoiceId: String(row.invoice_id),
      number: String(row.number),
      currency,
      decimals: isCurrency(currency) ? CURRENCY_DECIMALS[currency] : 2,
      openMinor: Number(row.open),
      day: Number(row.day),
      deed: String(row.deed) as ClientDunning["taken"][number]["deed"], // a CHECK says so
      takenOn: String(row.taken_on),
      letterTo: JSON.parse(String(row.letter_to)) as string[],
      letterTrouble: row.letter_trouble === null ? null : String(row.letter_trouble),
    };
  });
}
