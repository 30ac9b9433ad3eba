import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { addDays, addMonths, dayNumber } from "../../src/domain/kernel/calendar-days.ts";
import { dayInWords, weekdays } from "../words/day.ts";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { dayAt } from "../words/zone.ts";
import { Icon } from "./icons.tsx";

type Props = { readonly value: string; readonly choose: (day: string) => void };

const WEEKS = 6;
/** How far each key goes from a day: in days, or in months. */
const STEPS: Readonly<Record<string, { readonly days: number } | { readonly months: number }>> = {
  ArrowLeft: { days: -1 },
  ArrowRight: { days: 1 },
  ArrowUp: { days: -7 },
  ArrowDown: { days: 7 },
  PageUp: { months: -1 },
  PageDown: { months: 1 },
};

/** The button beside a day's field, and the month that it opens: by mouse, or with arrows, Page Up and Page Down, Enter. */
export function Calendar({ value, choose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(value);
  const [open, setOpen] = useState(false);
  const today = dayAt(Date.now());
  const shown = at === "" ? today : at;
  const toggle = (isOpen: boolean): void => {
    setOpen(isOpen);
    if (!isOpen) return;
    setAt(value === "" ? today : value);
    const box = button.current?.getBoundingClientRect();
    if (box === undefined || menu.current === null) return;
    const [width, height] = [menu.current.offsetWidth, menu.current.offsetHeight];
    const below = box.bottom + 4 + height <= innerHeight;
    menu.current.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - height - 4)}px`;
    menu.current.style.left = `${Math.max(8, Math.min(box.right - width, innerWidth - width - 8))}px`;
  };
  const pick = (day: string): void => {
    choose(day);
    menu.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button plain square"
        popoverTarget={id}
        aria-label={t("app.calendar")}
      >
        <Icon name="calendar" />
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="menu calendar"
        role="dialog"
        aria-label={t("app.calendar")}
        onToggle={(event) => toggle(event.newState === "open")}
      >
        {open ? <Month shown={shown} today={today} chosen={value} move={setAt} pick={pick} /> : null}
      </div>
    </>
  );
}

type MonthProps = {
  /** The day that has the keyboard; its month is the one that is seen. */
  readonly shown: string;
  readonly today: string;
  readonly chosen: string;
  readonly move: (day: string) => void;
  readonly pick: (day: string) => void;
};

function Month({ shown, today, chosen, move, pick }: MonthProps) {
  const [byKey, setByKey] = useState(true);
  const press = (event: React.KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setByKey(true);
    move("days" in step ? addDays(shown, step.days) : addMonths(shown, step.months));
  };
  const turn = (months: number): void => {
    setByKey(false);
    move(addMonths(shown, months));
  };
  const day = (date: string) => (
    <button
      ref={(element) => {
        if (byKey && date === shown) element?.focus();
      }}
      type="button"
      className="calendar-day"
      data-other={date.slice(0, 7) !== shown.slice(0, 7)}
      aria-label={dayInWords(currentTongue(), date)}
      aria-pressed={date === chosen}
      aria-current={date === today ? "date" : undefined}
      tabIndex={date === shown ? 0 : -1}
      onClick={() => pick(date)}
    >
      {Number(date.slice(8))}
    </button>
  );
  return (
    <>
      <MonthHead shown={shown} turn={turn} />
      <table className="calendar-days" onKeyDown={press}>
        <WeekdayHead />
        <tbody>
          {weeksOf(shown).map((week) => (
            <tr key={week[0]}>
              {week.map((date) => (
                <td key={date}>{day(date)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function MonthHead({ shown, turn }: { readonly shown: string; readonly turn: (months: number) => void }) {
  const { t } = useTranslation();
  return (
    <div className="row">
      <button type="button" className="button plain square" aria-label={t("app.monthBefore")} onClick={() => turn(-1)}>
        <Icon name="left" />
      </button>
      <strong className="grow" aria-live="polite">
        {month(currentTongue(), shown.slice(0, 7))}
      </strong>
      <button type="button" className="button plain square" aria-label={t("app.monthAfter")} onClick={() => turn(1)}>
        <Icon name="right" />
      </button>
    </div>
  );
}

function WeekdayHead() {
  return (
    <thead>
      <tr>
        {weekdays(currentTongue()).map(({ short, long }) => (
          <th key={long} scope="col" abbr={long}>
            {short}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The weeks that show a day's month, each from its Monday. */
function weeksOf(day: string): string[][] {
  const first = mondayBefore(`${day.slice(0, 7)}-01`);
  return Array.from({ length: WEEKS }, (_, week) =>
    Array.from({ length: 7 }, (__, weekday) => addDays(first, week * 7 + weekday)),
  );
}

/** Day zero of the calendar, the first of January 1970, was a Thursday. */
function mondayBefore(day: string): string {
  return addDays(day, -((dayNumber(day) + 3) % 7));
}
