import { type Desired, idOf, table } from "./desired.ts";
import type { HouseSetup, TenantFiles } from "./parse.ts";
import type { HouseFile } from "./schema.ts";
import { stableId } from "./stable-id.ts";

/** The house's own rows that come before any tenant's. `passwordHash` is what new users get. */
export function desiredHouse({ house, cards, tenants }: HouseSetup, passwordHash: string): Desired[] {
  const outsourcerId = stableId("outsourcer", house.outsourcer.slug);
  return [
    table("house.outsourcers", ["id"], [{ id: outsourcerId, ...house.outsourcer }], "keep"),
    table("house.sellers", ["outsourcer_id"], sellerRows(house, outsourcerId), "keep"),
    table(
      "house.sites",
      ["id"],
      Object.entries(house.sites).map(([slug, site]) => ({
        id: stableId("site", slug),
        outsourcer_id: outsourcerId,
        slug,
        name: site.name,
        time_zone: site.timeZone,
      })),
      "keep",
    ),
    {
      ...table(
        "house.pools",
        ["id"],
        Object.entries(house.pools).map(([slug, pool]) => ({
          id: idOf.pool(slug),
          site_id: stableId("site", pool.site),
          slug,
          name: pool.name,
          seats: pool.seats,
          policy: pool.policy,
        })),
        "keep",
      ),
      shared: ["policy"],
    },
    table(
      "house.tenants",
      ["id"],
      tenants.map(({ slug, company }) => ({
        id: idOf.tenant(slug),
        slug,
        name: company.name,
        status: company.status,
        time_zone: company.timeZone,
        currency: company.currency,
      })),
      "keep",
    ),
    ...desiredPeople(house, tenants, passwordHash),
    ...costRows(house),
    desiredCards(cards),
  ];
}

/** Every version of every price card; `card-guard.ts` looks to those that the files no longer have. */
function desiredCards(cards: HouseSetup["cards"]): Desired {
  const rows = cards.flatMap(({ slug, name, currency, versions }) =>
    versions.map(({ version, validFrom, charges }) => ({
      slug,
      version,
      name_zh: name.zh,
      name_en: name.en,
      currency,
      charges,
      valid_from: validFrom,
      source: "file",
      published_by: "tenants",
    })),
  );
  return {
    ...table("house.rate_cards", ["slug", "version"], rows, "keep"),
    immutable: "prices that have been applied are never changed: add a version with a later validFrom to the card",
    immutableSave: ["name_zh", "name_en"],
  };
}

function sellerRows({ seller }: HouseFile, outsourcer_id: string) {
  if (seller === undefined) return [];
  const { timeZone, invoicePrefix, creditPrefix, ...details } = seller;
  return [{ outsourcer_id, details, time_zone: timeZone, invoice_prefix: invoicePrefix, credit_prefix: creditPrefix }];
}

/** What an hour costs: the house's rate, then pools' and agents' own. */
function costRows({ costs }: HouseFile): Desired[] {
  const rates = costs === undefined ? [] : ratesOf(costs);
  const exchange = Object.entries(costs?.exchange ?? {}).map(([currency, per_unit]) => ({ currency, per_unit }));
  return [
    table("house.cost_rates", ["id"], rates, "remove"),
    table("house.cost_exchange", ["currency"], exchange, "remove"),
  ];
}

function ratesOf(costs: NonNullable<HouseFile["costs"]>) {
  const rate = (per_hour: string, of: { pool_id?: string; agent_id?: string }) => ({
    id: stableId("cost-rate", of.pool_id ?? of.agent_id ?? "house"),
    pool_id: of.pool_id ?? null,
    agent_id: of.agent_id ?? null,
    currency: costs.currency,
    per_hour,
  });
  return [
    rate(costs.perHour, {}),
    ...Object.entries(costs.pools).map(([slug, perHour]) => rate(perHour, { pool_id: idOf.pool(slug) })),
    ...Object.entries(costs.agents).map(([slug, perHour]) => rate(perHour, { agent_id: stableId("agent", slug) })),
  ];
}

/** Everybody who signs in, and those of them who answer. */
function desiredPeople(house: HouseFile, tenants: readonly TenantFiles[], passwordHash: string): Desired[] {
  const { users, roles } = peopleOf(house, tenants, passwordHash);
  return [
    {
      ...table("house.users", ["id"], users, "keep"),
      onceOnly: ["password_hash"],
    },
    table("house.user_roles", ["id"], roles, "remove"),
    {
      ...table(
        "house.agents",
        ["id"],
        house.agents.map((agent) => ({
          id: stableId("agent", agent.slug),
          user_id: userId(agent.email),
          pool_id: idOf.pool(agent.pool),
          slug: agent.slug,
          name: agent.name,
          status: "active",
          kind: agent.kind,
          extension: agent.extension ?? null,
          groups: agent.groups,
          telephone: agent.telephone ?? null,
          telephone_rings: agent.telephoneRings,
        })),
        "keep",
      ),
      shared: ["telephone", "telephone_rings"],
    },
    table(
      "house.agent_skills",
      ["agent_id", "skill"],
      house.agents.flatMap((agent) =>
        Object.entries(agent.skills).map(([skill, level]) => ({
          agent_id: stableId("agent", agent.slug),
          skill,
          level,
        })),
      ),
      "remove",
    ),
  ];
}

/**
 * Rows of the house that name rows of tenants, so they come last. With `only`, the brands of other clients are left as
 * they are: they may not have been applied yet.
 */
export function desiredLinks({ house, tenants }: HouseSetup, only: string | null): Desired[] {
  const agentBrands = house.agents.flatMap((agent) => {
    const named = agent.brands.flatMap((name) => {
      const [tenant = "", brand = ""] = name.split("/");
      const files = tenants.find(({ slug }) => slug === tenant);
      const brands = brand === "*" ? Object.keys(files?.brands ?? {}) : [brand];
      return brands.map((slug) => ({ tenant_id: idOf.tenant(tenant), brand_id: idOf.brand(tenant, slug) }));
    });
    const unique = new Map(named.map((row) => [row.brand_id, row]));
    return [...unique.values()]
      .filter((row) => only === null || row.tenant_id === idOf.tenant(only))
      .map((row) => ({ agent_id: stableId("agent", agent.slug), ...row }));
  });
  const lines = tenants.flatMap(({ slug, numbers }) =>
    numbers.map(({ e164 }) => ({ e164, tenant_id: idOf.tenant(slug), number_id: idOf.number(slug, e164) })),
  );
  return [
    table("house.agent_brands", ["agent_id", "tenant_id", "brand_id"], agentBrands, only === null ? "remove" : "keep"),
    table("house.lines", ["e164"], lines, "remove"),
  ];
}

function peopleOf(house: HouseFile, tenants: readonly TenantFiles[], password_hash: string) {
  const people = [
    ...house.agents.map((a) => ({ ...a, roles: ["agent"], tenant_id: null })),
    ...house.staff.map((s) => ({ ...s, tenant_id: null })),
    ...tenants.flatMap((t) => t.admins.map((a) => ({ ...a, roles: ["tenant_admin"], tenant_id: idOf.tenant(t.slug) }))),
  ];
  const users = people.map(({ email, name, locale }) => ({
    id: userId(email),
    email,
    email_lower: email.toLowerCase(),
    name,
    locale,
    password_hash,
  }));
  const roles = people.flatMap(({ email, roles: held, tenant_id }) =>
    held.map((role) => ({ id: stableId("role", email.toLowerCase(), role), user_id: userId(email), role, tenant_id })),
  );
  return { users, roles };
}

function userId(email: string): string {
  return stableId("user", email.toLowerCase());
}
