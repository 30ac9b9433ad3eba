import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/http.ts";
import { Field } from "../design/parts.tsx";

/** Something done in the books; every page of them is then read again. */
export function useBookDeed<Answer = unknown>(done?: (answer: Answer) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown }) => send<Answer>("POST", path, body),
    onSuccess: async (answer) => {
      done?.(answer);
      await queries.invalidateQueries({ queryKey: ["books"] });
    },
  });
}

/** As the house reads prices: digits with at most six decimals. */
export function isDecimal(text: string): boolean {
  return /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/.test(text.trim());
}

type TextProps = {
  readonly label: string;
  readonly value: string;
  readonly change: (text: string) => void;
  readonly error?: string | null;
  readonly hint?: string;
  readonly type?: "text" | "date";
  readonly decimal?: boolean;
  readonly required?: boolean;
  readonly lengthMax?: number;
};

/** A labelled line of text, with what is wrong with it. */
export function TextField({ label, value, change, error = null, hint, ...more }: TextProps) {
  return (
    <Field label={label} error={error} {...(hint === undefined ? {} : { hint })}>
      {(id, describedBy) => (
        <input
          id={id}
          className="input"
          type={more.type ?? "text"}
          inputMode={more.decimal === true ? "decimal" : "text"}
          autoComplete="off"
          required={more.required ?? true}
          maxLength={more.lengthMax ?? 100}
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
  return (
    <Field label={props.label} error={props.error ?? null}>
      {(id, describedBy) => (
        <select
          id={id}
          className="input"
          value={props.value}
          aria-invalid={props.error !== undefined && props.error !== null}
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
