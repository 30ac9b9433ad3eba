import { useState } from "react";
import { useTranslation } from "react-i18next";
import { STAGES, type Stage } from "../../src/domain/commission/sale.ts";
import type { PlanInput } from "../../src/features/commission/schema.ts";
import { DateField } from "../design/date-field.tsx";
import { ChoiceField, isDecimal, TextField, tidy } from "../design/fields.tsx";
import { DeedDialog } from "../invoicing/dialogs.tsx";
import { useBookDeed } from "./deed.ts";

type By = "fixed" | "percent";
type Typed = {
  readonly beneficiary: PlanInput["beneficiary"];
  readonly from: string;
  readonly by: By;
  readonly amount: string;
  readonly percent: string;
  readonly minEach: string;
  readonly maxEach: string;
  readonly accrueOn: Stage;
  readonly payableOn: Stage;
};

/** The next month's first day: a version rarely begins in the middle of one that is running. */
function nextMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
}

/** A new version of what a client's sales earn. */
export function PlanDialog({ tenantId, close }: { tenantId: string; close: () => void }) {
  const { t } = useTranslation();
  const deed = useBookDeed(close);
  const [typed, setTyped] = useState<Typed>(() => ({
    beneficiary: "agent",
    from: nextMonth(),
    by: "fixed",
    amount: "",
    percent: "",
    minEach: "",
    maxEach: "",
    accrueOn: "sold",
    payableOn: "paid",
  }));
  const set = (change: Partial<Typed>) => setTyped({ ...typed, ...change });
  const fault = faultOf(typed);
  const says = (place: NonNullable<Fault>["at"]) =>
    fault !== null && fault.at === place && typed[place] !== "" ? t(`commission.${fault.word}`) : null;
  return (
    <DeedDialog
      title={t("commission.addVersion")}
      note={t("commission.addNote")}
      doing={t("commission.add")}
      pending={deed.isPending}
      problem={deed.error}
      ready={fault === null && typed.from !== ""}
      close={close}
      submit={() => deed.mutate({ path: `/api/billing/tenants/${tenantId}/commission/plans`, body: inputOf(typed) })}
    >
      <ChoiceField
        label={t("commission.who")}
        value={typed.beneficiary}
        values={["agent", "house"]}
        word={(one) => t(`commission.beneficiary.${one}`)}
        change={(beneficiary) => set({ beneficiary })}
      />
      <DateField label={t("commission.from")} value={typed.from} change={(from) => set({ from })} />
      <ChoiceField
        label={t("commission.pay")}
        value={typed.by}
        values={["fixed", "percent"]}
        word={(one) => t(`commission.by.${one}`)}
        change={(by) => set({ by })}
      />
      <PayFields typed={typed} set={set} says={says} />
      <div className="field-pair">
        {(["accrueOn", "payableOn"] as const).map((name) => (
          <ChoiceField
            key={name}
            label={t(`commission.${name}`)}
            value={typed[name]}
            values={STAGES}
            word={(one) => t(`commission.stage.${one}`)}
            change={(stage) => set({ [name]: stage })}
            error={name === "payableOn" ? says("payableOn") : null}
          />
        ))}
      </div>
    </DeedDialog>
  );
}

type PayProps = {
  readonly typed: Typed;
  readonly set: (change: Partial<Typed>) => void;
  readonly says: (place: NonNullable<Fault>["at"]) => string | null;
};

function PayFields({ typed, set, says }: PayProps) {
  const { t } = useTranslation();
  const field = (name: "amount" | "percent" | "minEach" | "maxEach", required: boolean) => (
    <TextField
      decimal
      label={t(`commission.${name}`)}
      required={required}
      value={typed[name]}
      change={(text) => set({ [name]: text })}
      error={says(name)}
    />
  );
  if (typed.by === "fixed") return field("amount", true);
  return (
    <>
      {field("percent", true)}
      <div className="field-pair">
        {field("minEach", false)}
        {field("maxEach", false)}
      </div>
    </>
  );
}

type Fault = {
  readonly at: "amount" | "percent" | "minEach" | "maxEach" | "payableOn";
  readonly word: "wrongNumber" | "wrongPercent" | "wrongOrder" | "wrongRange";
} | null;

/** What the house would refuse, said while it is typed. */
function faultOf({ by, amount, percent, minEach, maxEach, accrueOn, payableOn }: Typed): Fault {
  if (by === "fixed" && !isDecimal(amount)) return { at: "amount", word: "wrongNumber" };
  if (by === "percent") {
    if (!isDecimal(percent)) return { at: "percent", word: "wrongNumber" };
    if (Number(tidy(percent)) > 100) return { at: "percent", word: "wrongPercent" };
    if (minEach !== "" && !isDecimal(minEach)) return { at: "minEach", word: "wrongNumber" };
    if (maxEach !== "" && !isDecimal(maxEach)) return { at: "maxEach", word: "wrongNumber" };
    if (minEach !== "" && maxEach !== "" && Number(tidy(minEach)) > Number(tidy(maxEach)))
      return { at: "minEach", word: "wrongRange" };
  }
  if (STAGES.indexOf(accrueOn) > STAGES.indexOf(payableOn)) return { at: "payableOn", word: "wrongOrder" };
  return null;
}

function inputOf({ beneficiary, from, by, accrueOn, payableOn, ...typed }: Typed): PlanInput {
  const each = (name: "minEach" | "maxEach") => (typed[name] === "" ? {} : { [name]: tidy(typed[name]) });
  const pay: PlanInput["terms"]["pay"] =
    by === "fixed"
      ? { by, amount: tidy(typed.amount) }
      : { by, percent: tidy(typed.percent), ...each("minEach"), ...each("maxEach") };
  return { beneficiary, from, terms: { pay, accrueOn, payableOn } };
}
