import { Field } from "./parts.tsx";
import { useTextFault } from "./said.ts";

/** As the house reads prices: digits with at most six decimals. */
export function isDecimal(text: string): boolean {
  return /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/.test(tidy(text));
}

/** As it is sent: without space around it, and with the digits that Chinese keyboards write wide made narrow. */
export function tidy(text: string): string {
  return text.normalize("NFKC").trim();
}

type TextProps = {
  readonly label: string;
  readonly value: string;
  readonly change: (text: string) => void;
  readonly error?: string | null;
  readonly hint?: string;
  readonly decimal?: boolean;
  readonly required?: boolean;
  readonly lengthMax?: number;
};

/** A labelled line of text, with what is wrong with it. */
export function TextField({ label, value, change, error: told = null, hint, ...more }: TextProps) {
  const lacks = useTextFault(value, more.lengthMax ?? 100, more.required ?? true);
  const error = told ?? lacks;
  return (
    <Field label={label} error={error} {...(hint === undefined ? {} : { hint })}>
      {(id, describedBy) => (
        <input
          id={id}
          className="input"
          inputMode={more.decimal === true ? "decimal" : "text"}
          autoComplete="off"
          required={more.required ?? true}
          value={value}
          aria-invalid={error !== null}
          aria-describedby={describedBy}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

type ChoiceProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly values: readonly Value[];
  readonly word: (value: Value) => string;
  readonly change: (value: Value) => void;
  readonly error?: string | null;
};

export function ChoiceField<Value extends string>(props: ChoiceProps<Value>) {
  const lacks = useTextFault(props.value, Number.POSITIVE_INFINITY, true);
  const error = props.error ?? lacks;
  return (
    <Field label={props.label} error={error}>
      {(id, describedBy) => (
        <select
          id={id}
          className="input"
          value={props.value}
          aria-invalid={error !== null}
          aria-describedby={describedBy}
          onChange={(event) => props.change(event.target.value as Value)}
        >
          {props.values.map((one) => (
            <option key={one} value={one}>
              {props.word(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type PickProps = {
  readonly label: string;
  readonly value: string;
  /** What stands while nothing is picked. */
  readonly none: string;
  readonly options: readonly (readonly [id: string, name: string])[];
  readonly change: (id: string) => void;
};

/** One of several by name, with nothing picked at first. */
export function PickField({ label, value, none, options, change }: PickProps) {
  const error = useTextFault(value, Number.POSITIVE_INFINITY, true);
  return (
    <Field label={label} error={error}>
      {(id, describedBy) => (
        <select
          id={id}
          className="input"
          required
          aria-invalid={error !== null}
          aria-describedby={describedBy}
          value={value}
          onChange={(event) => change(event.target.value)}
        >
          <option value="">{none}</option>
          {options.map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
