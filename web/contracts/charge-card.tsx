import { useId, useState } from "react";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { AskLoss } from "../design/ask.tsx";
import { Icon } from "../design/icons.tsx";
import { type ContractWords, filled } from "../words/contracts.ts";
import type { Tongue } from "../words/format.ts";
import { ChargeForm, type NoteUnread } from "./charge-form.tsx";
import { chargeSentence } from "./charge-words.ts";
import { leafLabel, leavesOf, type TermFault } from "./fields.ts";
import { type Origin, OriginLine } from "./price-card.tsx";

type Props = {
  charge: Charge;
  currency: string;
  words: ContractWords;
  tongue: Tongue;
  /** Null where the contract is made of no card. */
  origin: Origin | null;
  /** What is wrong with it, as the house said. */
  faults: readonly TermFault[];
  /** Null where it may only be read. */
  change: ((next: Charge | null) => void) | null;
  /** Told whether the data of the term with this code is being typed and cannot be read as it stands. */
  unread?: NoteUnread;
};

const nobodyWaits: NoteUnread = () => undefined;

/** One term: what it says in plain words, and a form of its numbers beneath when it is opened. */
export function ChargeCard({ charge, currency, words, tongue, origin, faults, change, unread }: Props) {
  const [open, setOpen] = useState(false);
  const [removing, setRemoving] = useState(false);
  const id = useId();
  // What has a field of its own is said there while the form is open.
  const fields = new Set(open ? leavesOf(charge).map(({ path }) => path.join(".")) : []);
  return (
    <article className="card term" aria-labelledby={id} data-fault={faults.length > 0}>
      <div className="term-head">
        <h3 id={id}>{charge.label[tongue]}</h3>
        <span className="pill quiet small">{words.models[charge.model]}</span>
        {change === null ? null : (
          <button type="button" className="button plain" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? "check" : "pencil"} />
            {open ? words.done : words.edit}
          </button>
        )}
      </div>
      <p className="term-words">{chargeSentence(charge, { words, tongue, currency })}</p>
      {origin === null ? null : (
        <OriginLine
          origin={origin}
          words={words}
          tongue={tongue}
          currency={currency}
          reset={change === null || origin.from !== "changed" ? null : () => change(origin.theirs)}
        />
      )}
      {faults
        .filter(({ at }) => !fields.has(at))
        .map(({ at, text }) => (
          <p key={`${at} ${text}`} className="field-fault">
            <Icon name="triangle" />
            {[placeLabel(words, at), text].filter((it) => it !== "").join(tongue === "zh" ? "：" : ": ")}
          </p>
        ))}
      {open && change !== null ? (
        <ChargeForm
          charge={charge}
          words={words}
          faults={faults}
          change={(next) => (next === null && origin?.from !== "card" ? setRemoving(true) : change(next))}
          unread={unread ?? nobodyWaits}
          reads={(next) => chargeSentence(next, { words, tongue, currency })}
        />
      ) : null}
      {removing && change !== null ? (
        <AskLoss
          title={filled(words.removeTitle, { name: charge.label[tongue] })}
          note={words.removeNote}
          losses={[
            { key: charge.code, name: charge.label[tongue], says: chargeSentence(charge, { words, tongue, currency }) },
          ]}
          close={() => setRemoving(false)}
          deed={words.remove}
          act={() => change(null)}
        />
      ) : null}
    </article>
  );
}

/** Empty where the term as a whole is wrong, or a part of it that has no name for people. */
function placeLabel(words: ContractWords, at: string): string {
  const path = at.split(".").map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));
  return String(path.at(-1)) in words.fields ? leafLabel(words, path) : "";
}
