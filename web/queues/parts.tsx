import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { Field } from "../design/parts.tsx";
import { needText } from "./words.ts";

/** Skills asked for, and those wished for in a quieter tone. */
export function NeedList({ needs, wishes }: { needs: readonly string[]; wishes: readonly string[] }) {
  const { t } = useTranslation();
  if (needs.length + wishes.length === 0) return <span className="quiet">{t("queues.anybody")}</span>;
  return (
    <span className="needs">
      {needs.map((need) => (
        <span key={need} className="pill soft-idle">
          {needText(need)}
        </span>
      ))}
      {wishes.map((wish) => (
        <span key={wish} className="pill wish">
          {t("queues.wish", { skill: needText(wish) })}
        </span>
      ))}
    </span>
  );
}

/** It is written, but the lines and pools have not heard of it: nothing is lost, and trying again mends it. */
export function NotLive({ again }: { again: () => void }) {
  const { t } = useTranslation();
  return (
    <p className="banner soft-alarm" role="alert">
      <Icon name="triangle" />
      <span className="grow">{t("queues.notLive")}</span>
      <button type="button" className="button" onClick={again}>
        <Icon name="refresh" />
        {t("queues.publishAgain")}
      </button>
    </p>
  );
}

type NumberProps = {
  label: string;
  unit?: string;
  hint?: string;
  value: number;
  error: string | undefined;
  change: (value: number) => void;
};

/** A whole number with its unit. What is no number is kept as typed until it is one, and is said to be none. */
export function NumberField({ label, unit, hint, value, error, change }: NumberProps) {
  return (
    <Field label={label} error={error ?? null} {...(hint === undefined ? {} : { hint })}>
      {(id, note) => (
        <span className="row">
          <NumberInput id={id} note={note} value={value} invalid={error !== undefined} change={change} />
          {unit === undefined ? null : <span className="quiet">{unit}</span>}
        </span>
      )}
    </Field>
  );
}

/** The bare input, for rows that have their label elsewhere. */
export function NumberInput(props: {
  id?: string;
  note?: string | undefined;
  label?: string;
  value: number;
  invalid: boolean;
  change: (value: number) => void;
}) {
  const own = useId();
  return (
    <input
      id={props.id ?? own}
      className="input number-input"
      type="number"
      inputMode="numeric"
      step={1}
      {...(props.label === undefined ? {} : { "aria-label": props.label })}
      aria-describedby={props.note}
      aria-invalid={props.invalid}
      value={Number.isNaN(props.value) ? "" : props.value}
      onChange={(event) => props.change(event.target.value === "" ? Number.NaN : Number(event.target.value))}
    />
  );
}
