import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isLocalDate } from "../../src/domain/kernel/calendar-days.ts";
import { dayInWords, readDay } from "../words/day.ts";
import { currentTongue } from "../words/words.ts";
import { Calendar } from "./calendar.tsx";
import { Field } from "./parts.tsx";
import { useTried } from "./tried.ts";

type Props = {
  readonly label: string;
  /** `2027-02-01`, or empty for none. */
  readonly value: string;
  /** Told the day as it is read, empty while it is none. */
  readonly change: (day: string) => void;
  readonly error?: string | null;
  readonly required?: boolean;
};

/**
 * A day, typed with the year first or picked from a calendar, and read back in words. The browser's own field speaks the
 * browser's language, and its order of day and month is not the page's.
 */
export function DateField({ label, value, change, error: told = null, required = true }: Props) {
  const { t } = useTranslation();
  const tried = useTried();
  const [typed, setTyped] = useState({ text: value, as: value, left: true, touched: false });
  // Another day came from elsewhere, for example from the calendar or from filters that were cleared.
  const text = typed.as === value ? typed.text : value;
  const day = isLocalDate(value) ? value : null;
  const unread = text.trim() !== "" && day === null && (typed.left || tried);
  const missing = (tried || typed.touched) && required && text.trim() === "";
  const error = told ?? (unread ? t("fault.date") : missing ? t("fault.missing") : null);
  const type = (next: string): void => {
    const read = readDay(next) ?? "";
    setTyped({ text: next, as: read, left: false, touched: true });
    if (read !== value) change(read);
  };
  return (
    <Field label={label} error={error} {...(day === null ? {} : { hint: dayInWords(currentTongue(), day) })}>
      {(id, describedBy) => (
        <span className="row date-entry">
          <input
            id={id}
            className="input"
            inputMode="numeric"
            autoComplete="off"
            placeholder={t("app.dayForm")}
            aria-invalid={error !== null}
            aria-describedby={describedBy}
            value={text}
            onChange={(event) => type(event.target.value)}
            onBlur={() => setTyped({ ...typed, text: day ?? text, as: value, left: true })}
          />
          <Calendar value={day ?? ""} choose={change} />
        </span>
      )}
    </Field>
  );
}
