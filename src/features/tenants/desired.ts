import type { BrandId, FlowId, NumberId, PoolId, QueueId, TenantId } from "../../domain/kernel/ids.ts";
import { flowOf } from "../flow/index.ts";
import { columnsOf, SHARED_COLUMNS } from "../queues/index.ts";
import type { TenantFiles } from "./parse.ts";
import { WEEKDAYS } from "./schema.ts";
import { stableId } from "./stable-id.ts";

/** A row as JSON, by column. Columns that are left out keep the database's default or what stands there. */
export type Row = { readonly [column: string]: unknown };

/** All rows of one table that the files ask for, within the house or within one tenant. */
export type Desired = {
  readonly table: string;
  /** Columns that find the same thing again. */
  readonly key: readonly string[];
  readonly rows: readonly Row[];
  /**
   * What becomes of a row the files no longer name. `retire` sets retired_at, because history refers to the row; `keep` is
   * for rows that are history themselves or are made elsewhere; `remove` deletes; `refuse` stops the whole apply.
   */
  readonly missing: "retire" | "keep" | "remove" | "refuse";
  /** Columns set when a row is added and left alone afterwards: a password somebody has changed since. */
  readonly onceOnly?: readonly string[];
  /** Never changed once applied: another value is refused with this cure. */
  readonly immutable?: string;
  /** Of what is immutable, the columns that may change all the same: names for people. */
  readonly immutableSave?: readonly string[];
  /**
   * Columns that the console may change as well. One that it has changed is kept and told, unless the files are to win; the
   * row remembers under `filed` what they said last.
   */
  readonly shared?: readonly string[];
  /** Neither compared nor shown; written whenever the row is. */
  readonly secret?: readonly string[];
};

/** A carrier account ready to be stored; made by the entry, which alone holds the keys. */
export type StoredAccount = {
  readonly carrier: "twilio" | "sandbox";
  readonly accountSid: string;
  readonly sealed: string;
  readonly fingerprint: string;
};

export const idOf = {
  tenant: (slug: string) => stableId<TenantId>("tenant", slug),
  pool: (slug: string) => stableId<PoolId>("pool", slug),
  brand: (tenant: string, slug: string) => stableId<BrandId>("brand", tenant, slug),
  queue: (tenant: string, slug: string) => stableId<QueueId>("queue", tenant, slug),
  number: (tenant: string, e164: string) => stableId<NumberId>("number", tenant, e164),
  flow: (tenant: string) => stableId<FlowId>("flow", tenant, "main"),
  contract: (tenant: string) => stableId<string>("contract", tenant, "main"),
  account: (tenant: string, sid: string) => stableId<string>("account", tenant, sid),
};

/** One tenant's rows, in the order in which they may be written. Flows and contracts come apart: they have versions. */
export function desiredTenant(files: TenantFiles, account: StoredAccount): Desired[] {
  const { slug, company } = files;
  const tenant_id = idOf.tenant(slug);
  const rows = rowsOf(tenant_id);
  return [
    table(
      "tenant.companies",
      ["tenant_id"],
      rows([company], (c) => ({
        slug,
        name: c.name,
        name_zh: c.nameZh,
        name_en: c.nameEn,
        trade: c.trade,
        time_zone: c.timeZone,
        currency: c.currency,
        language: c.language,
      })),
      "keep",
    ),
    table("tenant.billing_profiles", ["tenant_id"], [profileRow(files, tenant_id)], "keep"),
    table(
      "tenant.brands",
      ["tenant_id", "id"],
      rows(Object.entries(files.brands), ([name, brand]) => ({
        id: idOf.brand(slug, name),
        slug: name,
        name: brand.name,
        color: brand.color,
        greeting: brand.greeting,
        script: brand.script.trim(),
      })),
      "keep",
    ),
    table(
      "tenant.calendars",
      ["tenant_id", "id"],
      rows(Object.entries(files.calendars), ([name, calendar]) => ({
        id: stableId("calendar", slug, name),
        name,
        time_zone: calendar.timeZone ?? company.timeZone,
        weekly: WEEKDAYS.flatMap((day, at) =>
          (calendar.weekly[day] ?? []).map((hours) => ({ weekday: at + 1, ...hours })),
        ),
        exceptions: calendar.exceptions,
      })),
      "remove",
    ),
    ...desiredLines(files, account),
  ];
}

/** Without a buyer of its own an invoice is to the company as it is known here. */
function profileRow({ company, billing }: TenantFiles, tenant_id: TenantId): Row {
  const { nameZh, nameEn } = company;
  return {
    tenant_id,
    buyer: billing.buyer ?? { nameZh, nameEn, address: null },
    tax: billing.tax,
    due_days: billing.dueDays,
    late_months: billing.lateMonths,
    corrections: billing.corrections,
    prepaid_order: billing.prepaidOrder,
  };
}

/** Queues, flow, carrier account and the numbers that lead to them, and what their calls may end as. */
function desiredLines(files: TenantFiles, account: StoredAccount): Desired[] {
  const { slug } = files;
  const tenant_id = idOf.tenant(slug);
  const accountId = idOf.account(slug, account.accountSid);
  const rows = rowsOf(tenant_id);
  return [
    desiredQueues(files, tenant_id),
    table("tenant.flows", ["tenant_id", "id"], [{ tenant_id, id: idOf.flow(slug), slug: "main" }], "keep"),
    {
      ...table(
        "tenant.carrier_accounts",
        ["tenant_id", "id"],
        [
          {
            tenant_id,
            id: accountId,
            carrier: account.carrier,
            account_sid: account.accountSid,
            sealed: account.sealed,
            fingerprint: account.fingerprint,
          },
        ],
        "keep",
      ),
      secret: ["sealed"],
    },
    table(
      "tenant.numbers",
      ["tenant_id", "id"],
      rows(files.numbers, (number) => ({
        id: idOf.number(slug, number.e164),
        e164: number.e164,
        label: number.label,
        brand_id: idOf.brand(slug, number.brand),
        flow_id: idOf.flow(slug),
        carrier_account_id: accountId,
        language: number.language,
        record_calls: number.record,
        retired_at: null,
      })),
      "retire",
    ),
    table(
      "tenant.dispositions",
      ["tenant_id", "code"],
      rows(files.dispositions, (disposition, position) => ({
        code: disposition.code,
        position,
        label_zh: disposition.label.zh,
        label_en: disposition.label.en,
        success: disposition.success,
        retired_at: null,
      })),
      "retire",
    ),
    table("tenant.seat_entitlements", ["tenant_id", "pool_id", "valid"], entitlements(files, tenant_id), "remove"),
  ];
}

function desiredQueues({ slug, queues }: TenantFiles, tenant_id: TenantId): Desired {
  const rows = rowsOf(tenant_id);
  const found = table(
    "tenant.queues",
    ["tenant_id", "id"],
    rows(Object.entries(queues), ([slugOfQueue, { name, pool, relax, ...queue }]) => ({
      id: idOf.queue(slug, slugOfQueue),
      slug: slugOfQueue,
      name,
      pool_id: idOf.pool(pool),
      ...columnsOf({ ...queue, relax: relax.map(withPoolId) }),
      retired_at: null,
    })),
    "retire",
  );
  return { ...found, shared: SHARED_COLUMNS };
}

type FiledStep = TenantFiles["queues"][string]["relax"][number];

function withPoolId(step: FiledStep) {
  if (step.do !== "move") return step;
  return { do: step.do, afterS: step.afterS, poolId: String(idOf.pool(step.pool)) };
}

function rowsOf(tenant_id: TenantId) {
  return <T>(items: readonly T[], row: (item: T, at: number) => Row) =>
    items.map((item, at) => ({ tenant_id, ...row(item, at) }));
}

/** Each rule holds from its date until the next one for the same pool. */
function entitlements({ seats }: TenantFiles, tenant_id: TenantId): Row[] {
  const inOrder = [...seats].sort((a, b) => (a.from < b.from ? -1 : 1));
  return inOrder.map((rule, at) => {
    const next = inOrder.slice(at + 1).find(({ pool }) => pool === rule.pool);
    return {
      tenant_id,
      pool_id: idOf.pool(rule.pool),
      valid: `[${rule.from},${next?.from ?? ""})`,
      guaranteed: rule.guaranteed,
      burst: rule.burst,
    };
  });
}

/** Customers for a demonstration, with their points and notes. */
export function desiredCustomers({ slug, customers }: TenantFiles): Desired[] {
  const tenant_id = idOf.tenant(slug);
  const id = (name: string) => stableId("customer", slug, name);
  const points = customers.flatMap(({ name, phones, emails }) => [
    ...phones.map((phone) => ({ name, kind: "phone", as_given: phone, phone_e164: phone, email_lower: null })),
    ...emails.map((email) => ({
      name,
      kind: "email",
      as_given: email,
      phone_e164: null,
      email_lower: email.toLowerCase(),
    })),
  ]);
  return [
    table(
      "tenant.customers",
      ["tenant_id", "id"],
      customers.map(({ name, tier, language }) => ({
        tenant_id,
        id: id(name),
        name,
        tier,
        language: language ?? null,
      })),
      "keep",
    ),
    table(
      "tenant.customer_points",
      ["tenant_id", "id"],
      points.map(({ name, ...point }) => ({
        tenant_id,
        id: stableId("point", slug, name, point.as_given),
        customer_id: id(name),
        ...point,
      })),
      "keep",
    ),
    table(
      "tenant.customer_notes",
      ["tenant_id", "id"],
      customers.flatMap(({ name, notes }) =>
        notes.map((body) => ({
          tenant_id,
          id: stableId("note", slug, name, body),
          customer_id: id(name),
          body,
          author_kind: "system",
          author_id: "tenant files",
        })),
      ),
      "keep",
    ),
  ];
}

/** The flow as it would run; its version is chosen when it is compared with what is published. */
export function desiredFlow({ slug, flow, queues }: TenantFiles, version: number) {
  const queueIds = new Map(Object.keys(queues).map((name) => [name, idOf.queue(slug, name)]));
  return flowOf(flow, idOf.flow(slug), version, queueIds);
}

export function table(name: string, key: string[], rows: readonly Row[], missing: Desired["missing"]): Desired {
  return { table: name, key, rows, missing };
}
