import type { Fault } from "../../domain/kernel/trouble.ts";
import { CardFileSchema, ContractFileSchema } from "../billing/index.ts";
import { danglingNames, type FlowFile, FlowFileSchema } from "../flow/index.ts";
import { type BillingFile, BillingFileSchema } from "../parties/index.ts";
import { type ContractTerms, contractTerms, type FiledCard } from "./contract-terms.ts";
import { type FileFault, parseFile } from "./file-faults.ts";
import {
  type CalendarsFile,
  CalendarsFileSchema,
  type CompanyFile,
  CompanyFileSchema,
  type CustomersFile,
  CustomersFileSchema,
  type HouseFile,
  HouseFileSchema,
  type QueuesFile,
  QueuesFileSchema,
} from "./schema.ts";

/** Beside the clients' folders: the price cards that they may share. */
export const CARDS_DIR = "_cards";
const SLUG = /^[a-z][a-z0-9-]{0,39}$/;

export const TENANT_FILES = ["tenant", "flow", "calendars", "queues", "contract", "billing", "customers"] as const;
export type TenantFileName = (typeof TENANT_FILES)[number];
/** What stands in a folder, already read as TOML; null where the file is missing. */
export type TenantSource = { readonly slug: string; readonly files: { readonly [name in TenantFileName]: unknown } };

export type TenantFiles = CompanyFile & {
  readonly slug: string;
  readonly flow: FlowFile;
  readonly calendars: CalendarsFile;
  readonly queues: QueuesFile;
  /** With the house's price cards resolved: every charge stands here. */
  readonly contract: ContractTerms;
  readonly billing: BillingFile;
  readonly customers: CustomersFile["customers"];
};
/** A price card of the house, from `_cards/<slug>.toml`. */
export type CardSource = { readonly slug: string; readonly file: unknown };
export type HouseSetup = {
  readonly house: HouseFile;
  readonly cards: readonly FiledCard[];
  readonly tenants: readonly TenantFiles[];
};
export type Parsed =
  | { readonly ok: true; readonly setup: HouseSetup }
  | { readonly ok: false; readonly faults: FileFault[] };

/** Reads everything before anything is applied: all mistakes of all files come back together, or a set-up that is whole. */
export function parseSetup(
  houseSource: unknown,
  cardSources: readonly CardSource[],
  sources: readonly TenantSource[],
): Parsed {
  const faults: FileFault[] = [];
  const house = parseFile("house.toml", HouseFileSchema, houseSource, faults);
  const cards = parseCards(cardSources, faults);
  const tenants = sources.flatMap((source) => parseTenant(source, cards, faults) ?? []);
  if (house === null || cards === null || faults.length > 0) return { ok: false, faults };
  faults.push(...crossFaults(house, tenants));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, setup: { house, cards, tenants } };
}

/** Null when a card is wrong: what names it cannot be told right from wrong then. */
function parseCards(sources: readonly CardSource[], faults: FileFault[]): FiledCard[] | null {
  const before = faults.length;
  const cards = sources.flatMap(({ slug, file }): FiledCard[] => {
    const name = `${CARDS_DIR}/${slug}.toml`;
    if (!SLUG.test(slug)) {
      faults.push({ file: name, path: "", message: "the file of a card is named with a-z, 0-9 and -", value: slug });
      return [];
    }
    const card = parseFile(name, CardFileSchema, file, faults);
    if (card === null) return [];
    return [{ slug, ...card, versions: card.versions.map((version, at) => ({ version: at + 1, ...version })) }];
  });
  return faults.length > before ? null : cards;
}

function parseTenant(
  { slug, files }: TenantSource,
  cards: readonly FiledCard[] | null,
  faults: FileFault[],
): TenantFiles | null {
  const named = (name: TenantFileName) => `${slug}/${name}.toml`;
  if (!SLUG.test(slug)) {
    faults.push({ file: slug, path: "", message: "the folder of a client is named with a-z, 0-9 and -", value: slug });
    return null;
  }
  const company = parseFile(named("tenant"), CompanyFileSchema, files.tenant, faults);
  const flow = parseFile(named("flow"), FlowFileSchema, files.flow, faults);
  const calendars = parseFile(named("calendars"), CalendarsFileSchema, files.calendars ?? {}, faults);
  const queues = parseFile(named("queues"), QueuesFileSchema, files.queues ?? {}, faults);
  const contractFile = parseFile(named("contract"), ContractFileSchema, files.contract, faults);
  const billing = parseFile(named("billing"), BillingFileSchema, files.billing ?? {}, faults);
  const customers = parseFile(named("customers"), CustomersFileSchema, files.customers ?? {}, faults);
  if (!company || !flow || !calendars || !queues || !contractFile || !billing || !customers || !cards) return null;
  const mistakes: Fault[] = [];
  const contract = contractTerms(contractFile, cards, mistakes);
  faults.push(...mistakes.map((fault) => ({ file: named("contract"), ...fault })));
  if (contract === null) return null;
  return { slug, ...company, flow, calendars, queues, contract, billing, customers: customers.customers };
}

/** Names that lead from one file into another. */
function crossFaults(house: HouseFile, tenants: readonly TenantFiles[]): FileFault[] {
  const pools = Object.keys(house.pools);
  const groups = [...new Set(house.agents.flatMap((agent) => agent.groups))];
  return [
    ...houseFaults(house, tenants),
    ...tenants.flatMap((tenant) => tenantFaults(tenant, pools, groups)),
    ...loopFaults(house, tenants),
    ...twice(
      tenants.flatMap((t) =>
        t.numbers.map(({ e164 }, at) => ({ file: `${t.slug}/tenant.toml`, path: `numbers.${at}.e164`, value: e164 })),
      ),
      "this number is in service already",
    ),
    ...twice(
      [
        ...[...house.agents.entries()].map(([at, { email }]) => ({
          file: "house.toml",
          path: `agents.${at}.email`,
          value: email,
        })),
        ...[...house.staff.entries()].map(([at, { email }]) => ({
          file: "house.toml",
          path: `staff.${at}.email`,
          value: email,
        })),
        ...tenants.flatMap((t) =>
          t.admins.map(({ email }, at) => ({
            file: `${t.slug}/tenant.toml`,
            path: `admins.${at}.email`,
            value: email,
          })),
        ),
      ],
      "somebody else signs in with this address",
    ),
  ];
}

function houseFaults(house: HouseFile, tenants: readonly TenantFiles[]): FileFault[] {
  const brands = tenants.flatMap((t) => [`${t.slug}/*`, ...Object.keys(t.brands).map((brand) => `${t.slug}/${brand}`)]);
  const agents = house.agents.map(({ slug }) => slug);
  const checks: Check[] = [
    ...Object.entries(house.pools).map(([slug, { site }]) =>
      check(`pools.${slug}.site`, site, Object.keys(house.sites), "site"),
    ),
    ...house.agents.flatMap((agent, at) => [
      check(`agents.${at}.pool`, agent.pool, Object.keys(house.pools), "pool"),
      ...agent.brands.map((brand, n) => check(`agents.${at}.brands.${n}`, brand, brands, "brand")),
    ]),
    ...Object.keys(house.costs?.pools ?? {}).map((slug) =>
      check(`costs.pools.${slug}`, slug, Object.keys(house.pools), "pool"),
    ),
    ...Object.keys(house.costs?.agents ?? {}).map((slug) => check(`costs.agents.${slug}`, slug, agents, "agent")),
  ];
  const slugs = house.agents.map(({ slug }, at) => ({ file: "house.toml", path: `agents.${at}.slug`, value: slug }));
  const extensions = house.agents.flatMap(({ extension }, at) =>
    extension === undefined ? [] : [{ file: "house.toml", path: `agents.${at}.extension`, value: extension }],
  );
  return [
    ...failed("house.toml", checks),
    ...twice(slugs, "another agent has this name"),
    ...twice(extensions, "another agent has this extension"),
  ];
}

function tenantFaults(tenant: TenantFiles, pools: readonly string[], groups: readonly string[]): FileFault[] {
  const { slug } = tenant;
  const known = { calendars: Object.keys(tenant.calendars), queues: Object.keys(tenant.queues) };
  const faults = [
    ...failed(`${slug}/tenant.toml`, [
      ...tenant.numbers.map(({ brand }, at) =>
        check(`numbers.${at}.brand`, brand, Object.keys(tenant.brands), "brand"),
      ),
      ...tenant.seats.map(({ pool }, at) => check(`seats.${at}.pool`, pool, pools, "pool")),
    ]),
    ...failed(
      `${slug}/queues.toml`,
      Object.entries(tenant.queues).flatMap(([name, { pool, relax }]) => [
        check(`${name}.pool`, pool, pools, "pool"),
        ...relax.map((step, at) =>
          step.do === "move"
            ? check(`${name}.relax.${at}.pool`, step.pool, pools, "pool")
            : step.do === "lend"
              ? check(`${name}.relax.${at}.group`, step.group, groups, "group of agents")
              : null,
        ),
      ]),
    ),
    ...danglingNames(tenant.flow, known).map((fault) => ({ file: `${slug}/flow.toml`, ...fault })),
    ...twice(
      tenant.dispositions.map(({ code }, at) => ({
        file: `${slug}/tenant.toml`,
        path: `dispositions.${at}.code`,
        value: code,
      })),
      "this code stands twice",
    ),
  ];
  faults.push(...taxFaults(tenant));
  if (tenant.contract.currency !== tenant.company.currency) {
    const allowed = [tenant.company.currency];
    const message = "the contract must be in the company's currency";
    faults.push({ file: `${slug}/contract.toml`, path: "currency", message, value: tenant.contract.currency, allowed });
  }
  return faults;
}

/** A caller who is handed to a number of the house comes in at the front again, and may go round for ever. */
function loopFaults(house: HouseFile, tenants: readonly TenantFiles[]): FileFault[] {
  const ours = new Set(tenants.flatMap(({ numbers }) => numbers.map(({ e164 }) => e164)));
  const telephones = house.agents.map(({ telephone }, at) => ({
    file: "house.toml",
    path: `agents.${at}.telephone`,
    value: telephone,
  }));
  const outside = tenants.flatMap(({ slug, queues }) =>
    Object.entries(queues).flatMap(([name, { relax }]) =>
      relax.map((step, at) => ({
        file: `${slug}/queues.toml`,
        path: `${name}.relax.${at}.number`,
        value: step.do === "outside" ? step.number : undefined,
      })),
    ),
  );
  return [...telephones, ...outside].flatMap(({ file, path, value }) =>
    value !== undefined && ours.has(value)
      ? [{ file, path, message: "this is a number of the house: one outside it is wanted", value }]
      : [],
  );
}

/** A tax rate is for a charge that the contract has. */
function taxFaults({ slug, billing: { tax }, contract }: TenantFiles): FileFault[] {
  if (tax.profile === "none") return [];
  const codes = [...new Set(contract.versions.flatMap((version) => version.charges.map(({ code }) => code)))];
  const checks = Object.keys(tax.charges).map((code) => check(`tax.charges.${code}`, code, codes, "charge"));
  return failed(`${slug}/billing.toml`, checks);
}

type Check = { readonly ok: boolean; readonly fault: Fault };

function check(path: string, value: string, allowed: readonly string[], what: string): Check {
  return { ok: allowed.includes(value), fault: { path, message: `there is no ${what} of this name`, value, allowed } };
}

function failed(file: string, checks: readonly (Check | null)[]): FileFault[] {
  return checks
    .filter((check) => check !== null)
    .filter(({ ok }) => !ok)
    .map(({ fault }) => ({ file, ...fault }));
}

function twice(places: readonly { file: string; path: string; value: string }[], message: string): FileFault[] {
  const seen = new Set<string>();
  return places
    .filter(({ value }) => seen.size === seen.add(value.toLowerCase()).size)
    .map((place) => ({ ...place, message }));
}
