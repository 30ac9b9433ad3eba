import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PartyInput, PartyKindSchema, type PartyView } from "../../src/features/settlement/schema.ts";
import { DateField } from "../design/date-field.tsx";
import { ChoiceField, isDecimal, TextField, tidy } from "../design/fields.tsx";
import { DeedDialog } from "../invoicing/dialogs.tsx";
import { useBookDeed } from "./deed.ts";

const KINDS = PartyKindSchema.options;
const PRICES = ["deliveryFee", "returnFee", "sharePercent", "tolerance", "perMinute", "connectFee"] as const;
const STEPS = ["firstS", "nextS"] as const;
type Price = (typeof PRICES)[number];
type Step = (typeof STEPS)[number];
type Typed = Readonly<Record<Price | Step | "name" | "slug" | "from", string>> & {
  readonly kind: PartyInput["kind"];
  readonly isClient: boolean;
};

type Props = { readonly tenantId: string; readonly known: PartyView | null; readonly close: () => void };

/** A new partner, or the next version of a known one's terms, filled with those in force. */
export function PartnerDialog({ tenantId, known, close }: Props) {
  const { t } = useTranslation();
  const deed = useBookDeed(close);
  const [typed, setTyped] = useState<Typed>(() => beginning(known));
  const set = (change: Partial<Typed>) => setTyped({ ...typed, ...change });
  const faults = faultsOf(typed);
  const text = (name: keyof Omit<Typed, "kind" | "isClient" | "from">, more: { decimal?: boolean } = {}) => {
    const word = faults.get(name);
    return (
      <TextField
        key={name}
        label={t(`settlement.${name}`)}
        value={typed[name]}
        change={(value) => set({ [name]: value })}
        error={word === undefined || word === "missing" || typed[name] === "" ? null : t(`settlement.${word}`)}
        {...(name === "slug" ? { hint: t("settlement.slugHint") } : {})}
        {...(more.decimal === true ? { decimal: true } : {})}
      />
    );
  };
  return (
    <DeedDialog
      title={known === null ? t("settlement.addPartner") : `${t("settlement.newTerms")} · ${known.name}`}
      note={t("settlement.addNote")}
      doing={t("settlement.save")}
      pending={deed.isPending}
      problem={deed.error}
      ready={faults.size === 0}
      close={close}
      submit={() => deed.mutate({ path: `/api/billing/tenants/${tenantId}/settlement/parties`, body: inputOf(typed) })}
    >
      {known === null ? (
        <>
          <ChoiceField
            label={t("settlement.kind")}
            value={typed.kind}
            values={KINDS}
            word={(one) => t(`books.partyKind.${one}`)}
            change={(kind) => set({ kind })}
          />
          <div className="field-pair">
            {text("name")}
            {text("slug")}
          </div>
        </>
      ) : null}
      {typed.kind === "supplier" ? <OwnLine checked={typed.isClient} change={(isClient) => set({ isClient })} /> : null}
      <DateField label={t("settlement.from")} value={typed.from} change={(from) => set({ from })} />
      <div className="field-pair">{fieldsOf(typed.kind).map((name) => text(name, { decimal: true }))}</div>
    </DeedDialog>
  );
}

function OwnLine({ checked, change }: { checked: boolean; change: (on: boolean) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="check-line">
      <input id={id} type="checkbox" checked={checked} onChange={(event) => change(event.target.checked)} />
      <label htmlFor={id}>{t("settlement.isClient")}</label>
    </div>
  );
}

/** A carrier is paid by the minute; the others by the parcel. */
function fieldsOf(kind: Typed["kind"]): readonly (Price | Step)[] {
  return kind === "carrier"
    ? ["perMinute", "connectFee", "firstS", "nextS", "tolerance"]
    : ["deliveryFee", "returnFee", "sharePercent", "tolerance"];
}

function beginning(known: PartyView | null): Typed {
  const now = new Date();
  const terms = known?.terms?.terms;
  return {
    kind: known?.kind ?? "supplier",
    name: known?.name ?? "",
    slug: known?.slug ?? "",
    isClient: known?.isClient ?? false,
    from: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + (known === null ? 0 : 1), 1))
      .toISOString()
      .slice(0, 10),
    deliveryFee: terms?.deliveryFee ?? "0",
    returnFee: terms?.returnFee ?? "0",
    sharePercent: terms?.sharePercent ?? "0",
    tolerance: terms?.tolerance ?? "0",
    perMinute: terms?.tariff?.perMinute ?? "0",
    connectFee: terms?.tariff?.connectFee ?? "0",
    firstS: String(terms?.tariff?.firstS ?? 60),
    nextS: String(terms?.tariff?.nextS ?? 60),
  };
}

type Word = "missing" | "wrongNumber" | "wrongPercent" | "wrongSlug" | "wrongStep";

/** What the house would refuse, by field; an empty field is refused too, but not yet told. */
function faultsOf(typed: Typed): ReadonlyMap<keyof Typed, Word> {
  const faults = new Map<keyof Typed, Word>();
  if (typed.name.trim() === "") faults.set("name", "missing");
  if (typed.from === "") faults.set("from", "missing");
  if (!/^[a-z0-9-]{1,40}$/.test(typed.slug)) faults.set("slug", "wrongSlug");
  for (const name of fieldsOf(typed.kind)) {
    const value = typed[name];
    if (name === "firstS" || name === "nextS") {
      const steps = tidy(value);
      const isStep = /^[0-9]{1,4}$/.test(steps) && Number(steps) >= 1 && Number(steps) <= 3_600;
      if (!isStep) faults.set(name, "wrongStep");
    } else if (!isDecimal(value)) faults.set(name, "wrongNumber");
    else if (name === "sharePercent" && Number(tidy(value)) > 100) faults.set(name, "wrongPercent");
  }
  return faults;
}

function inputOf(typed: Typed): PartyInput {
  const { kind, slug, from, tolerance } = typed;
  const isCarrier = kind === "carrier";
  const parcel = (name: "deliveryFee" | "returnFee" | "sharePercent") => (isCarrier ? "0" : tidy(typed[name]));
  const tariff = {
    perMinute: tidy(typed.perMinute),
    connectFee: tidy(typed.connectFee),
    firstS: Number(tidy(typed.firstS)),
    nextS: Number(tidy(typed.nextS)),
  };
  return {
    kind,
    slug,
    name: typed.name.trim(),
    isClient: kind === "supplier" && typed.isClient,
    from,
    terms: {
      deliveryFee: parcel("deliveryFee"),
      returnFee: parcel("returnFee"),
      sharePercent: parcel("sharePercent"),
      tariff: isCarrier ? tariff : null,
      tolerance: tidy(tolerance),
    },
  };
}
