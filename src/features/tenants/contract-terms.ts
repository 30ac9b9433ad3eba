import type { Fault } from "../../domain/kernel/trouble.ts";
import {
  type CardOverrides,
  type CardVersion,
  cardOn,
  cardsWithin,
  resolveCard,
  same,
} from "../../domain/rating/rate-card.ts";
import { type CardFile, type Charges, ChargesSchema, type ContractFile } from "../billing/index.ts";
import { faultsOf } from "./file-faults.ts";

export type FiledCard = { readonly slug: string; readonly name: CardFile["name"]; readonly currency: string } & {
  readonly versions: readonly (CardVersion & { readonly charges: Charges })[];
};

/** A contract with every charge written out, and for each version of what card it is made. */
export type ContractTerms = {
  readonly currency: ContractFile["currency"];
  readonly versions: readonly {
    readonly validFrom: string;
    readonly charges: Charges;
    readonly card: { readonly slug: string; readonly version: number; readonly overrides: CardOverrides } | null;
    /** True where the card's next version made it, and not the client's file. */
    readonly byCard: boolean;
  }[];
};

type Version = ContractTerms["versions"][number];
type FileTerms = ContractFile["versions"][number];

/**
 * Contract file + price cards = terms in time. A contract follows its card: where a version of the card begins while the
 * contract's terms hold, a version of the contract begins too, unless nothing of it is charged otherwise. Null when something is
 * wrong, and then `faults` has all of it, by the paths of the contract file.
 */
export function contractTerms(file: ContractFile, cards: readonly FiledCard[], faults: Fault[]): ContractTerms | null {
  const before = faults.length;
  const versions = file.versions.flatMap((terms, at): Version[] => {
    const path = `versions.${at}`;
    if (terms.card === undefined) {
      return [{ validFrom: terms.validFrom, charges: terms.charges ?? [], card: null, byCard: false }];
    }
    const card = cardOf(terms, terms.card, path, file.currency, cards, faults);
    if (card === null) return [];
    const until = file.versions[at + 1]?.validFrom ?? null;
    return followed(
      terms,
      card,
      until,
      (begins, version, told) => resolved(terms, path, begins, version, card, told),
      faults,
    );
  });
  return faults.length > before ? null : { currency: file.currency, versions };
}

function cardOf(
  terms: FileTerms,
  slug: string,
  path: string,
  currency: string,
  cards: readonly FiledCard[],
  faults: Fault[],
): FiledCard | null {
  const fitting = cards.filter((it) => it.currency === currency).map((it) => it.slug);
  const fault = (field: string, value: unknown, message: string, allowed?: readonly unknown[]) => {
    faults.push({ path: `${path}.${field}`, message, value, ...(allowed === undefined ? {} : { allowed }) });
    return null;
  };
  const card = cards.find((it) => it.slug === slug);
  if (card === undefined) return fault("card", slug, "there is no price card of this name in _cards", fitting);
  if (card.currency !== currency) {
    return fault("card", slug, `the card is in ${card.currency} and the contract in ${currency}`, fitting);
  }
  const { cardVersion } = terms;
  if (cardVersion !== undefined && card.versions.length < cardVersion) {
    const allowed = card.versions.map(({ version }) => version);
    return fault("cardVersion", cardVersion, "the card has no such version", allowed);
  }
  const first = card.versions[0]?.validFrom ?? "";
  if (cardVersion === undefined && terms.validFrom < first) {
    return fault("validFrom", terms.validFrom, `the card ${slug} begins on ${first}`);
  }
  return card;
}

type Resolve = (
  begins: { validFrom: string; byCard: boolean },
  version: FiledCard["versions"][number],
  told: Fault[],
) => Version[];

/** The terms under the card of their first day, and under each version of the card that begins while they hold. */
function followed(
  terms: FileTerms,
  card: FiledCard,
  until: string | null,
  resolve: Resolve,
  faults: Fault[],
): Version[] {
  const pinned = card.versions.find(({ version }) => version === terms.cardVersion);
  const numbers = new Map(card.versions.map((it) => [it.version, it]));
  const start = pinned ?? numbers.get(cardOn(card.versions, terms.validFrom)?.version ?? 0);
  if (start === undefined) return [];
  const found = resolve({ validFrom: terms.validFrom, byCard: false }, start, faults);
  if (pinned !== undefined || found.length === 0) return found;
  for (const { version } of cardsWithin(card.versions, terms.validFrom, until)) {
    const next = numbers.get(version);
    if (next === undefined) continue;
    const [made] = resolve({ validFrom: next.validFrom, byCard: true }, next, faults);
    if (made !== undefined && !same(made.charges, found.at(-1)?.charges)) found.push(made);
  }
  return found;
}

function resolved(
  terms: FileTerms,
  path: string,
  begins: { validFrom: string; byCard: boolean },
  version: FiledCard["versions"][number],
  card: FiledCard,
  faults: Fault[],
): Version[] {
  const before = faults.length;
  const of = begins.byCard ? ` (version ${version.version} of the card, from ${version.validFrom})` : "";
  const overrides = overridesIn(terms, path, version.charges, of, faults);
  if (faults.length > before) return [];
  const own = terms.charges ?? [];
  const merged = resolveCard(version.charges, overrides, own);
  const parsed = ChargesSchema.safeParse(merged, { reportInput: true });
  if (parsed.success) {
    return [{ ...begins, charges: parsed.data, card: { slug: card.slug, version: version.version, overrides } }];
  }
  for (const fault of parsed.error.issues.flatMap(faultsOf)) {
    const [at = "", ...field] = fault.path.split(".");
    const code = String(merged[Number(at)]?.code ?? "");
    const mine = own.findIndex((it) => it.code === code);
    const place = mine === -1 ? `${path}.overrides.${code}` : `${path}.charges.${mine}`;
    faults.push({ ...fault, path: [place, ...field].join("."), message: `${fault.message}${of}` });
  }
  return [];
}

/** What every charge has; without them it would be none. */
const KEPT_FIELDS: ReadonlySet<string> = new Set(["code", "model", "label"]);

/** `overrides` and `without` of the file as one, each name checked against the card. */
function overridesIn(terms: FileTerms, path: string, card: Charges, of: string, faults: Fault[]): CardOverrides {
  const codes = card.map(({ code }) => code);
  const found = new Map<string, { [field: string]: unknown } | null>();
  for (const [code, fields] of Object.entries(terms.overrides ?? {})) {
    const at = `${path}.overrides.${code}`;
    if (!codes.includes(code)) {
      faults.push({ path: at, message: `the card has no charge of this code${of}`, value: code, allowed: codes });
    }
    for (const name of ["code", "model"].filter((it) => it in fields)) {
      const message =
        "an override keeps code and model: write a charge of this code under [[versions.charges]] instead";
      faults.push({ path: `${at}.${name}`, message, value: fields[name] });
    }
    found.set(code, fields);
  }
  for (const [at, name] of (terms.without ?? []).entries()) {
    const [code = "", field, ...more] = name.split(".");
    const charge = more.length > 0 ? undefined : card.find((it) => it.code === code);
    const fields = Object.keys(charge ?? {}).filter((it) => !KEPT_FIELDS.has(it));
    const fault = (message: string, allowed: readonly string[]) =>
      faults.push({ path: `${path}.without.${at}`, message: `${message}${of}`, value: name, allowed });
    if (charge === undefined) {
      fault("the card has no charge of this code", codes);
    } else if (field !== undefined && !fields.includes(field)) {
      const allowed = fields.map((it) => `${code}.${it}`);
      fault("the charge has no such field", allowed);
    } else if (field === undefined && found.has(code)) {
      fault("this charge is left out and has an override as well: keep one of them", [code]);
    } else {
      found.set(code, field === undefined ? null : { ...found.get(code), [field]: null });
    }
  }
  return Object.fromEntries(found);
}
