import { useId, useState } from "react";
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

/** A line of text in a row of other fields. */
export function TextInput({
  label,
  type = "text",
  value,
  invalid,
  change,
}: {
  label: string;
  type?: "text" | "tel";
  value: string;
  invalid: boolean;
  change: (value: string) => void;
}) {
  return (
    <input
      className="input"
      type={type}
      aria-label={label}
      placeholder={label}
      title={label}
      aria-invalid={invalid}
      autoComplete="off"
      value={value}
      onChange={(event) => change(event.target.value)}
    />
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
  const [typed, setTyped] = useState({ text: textOf(props.value), as: props.value });
  // Another number came from elsewhere: what was typed before is no longer meant.
  const text = Object.is(typed.as, props.value) ? typed.text : textOf(props.value);
  const type = (next: string): void => {
    const narrow = next.normalize("NFKC").trim();
    const as = /^-?[0-9]+([.][0-9]+)?$/.test(narrow) ? Number(narrow) : Number.NaN;
    setTyped({ text: next, as });
    props.change(as);
  };
  // No field of the browser's number kind: that one drops what is no number, and a turn of the wheel changes it.
  return (
    <input
      id={props.id ?? own}
      className="input number-input"
      inputMode="numeric"
      autoComplete="off"
      {...(props.label === undefined ? {} : { "aria-label": props.label })}
      aria-describedby={props.note}
      aria-invalid={props.invalid}
      value={text}
      onChange={(event) => type(event.target.value)}
    />
  );
}

function textOf(value: number): string {
  return Number.isNaN(value) ? "" : String(value);
}
