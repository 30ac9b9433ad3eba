import { useId, useState } from "react";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { Icon } from "../design/icons.tsx";
import { type ContractWords, filled } from "../words/contracts.ts";
import type { Tongue } from "../words/format.ts";
import { chargeSentence } from "./charge-words.ts";
import { leafLabel, leavesOf, withLeaf } from "./fields.ts";
import { type Origin, OriginLine } from "./price-card.tsx";

type Props = {
  charge: Charge;
  currency: string;
  words: ContractWords;
  tongue: Tongue;
  /** Null where the contract is made of no card. */
  origin: Origin | null;
  /** What is wrong with it, as the house said. */
  faults: readonly string[];
  /** Null where it may only be read. */
  change: ((next: Charge | null) => void) | null;
};

/** One term: what it says in plain words, and a form of its numbers beneath when it is opened. */
export function ChargeCard({ charge, currency, words, tongue, origin, faults, change }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
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
      {faults.map((fault) => (
        <p key={fault} className="field-fault">
          <Icon name="triangle" />
          {fault}
        </p>
      ))}
      {open && change !== null ? <ChargeForm charge={charge} words={words} change={change} /> : null}
    </article>
  );
}

function ChargeForm({
  charge,
  words,
  change,
}: {
  charge: Charge;
  words: ContractWords;
  change: (next: Charge | null) => void;
}) {
  const id = useId();
  return (
    <div className="term-form">
      <div className="term-fields">
        {leavesOf(charge).map(({ path, value }) => {
          const key = path.join(".");
          return (
            <label key={key} htmlFor={`${id}-${key}`} className="small quiet">
              {leafLabel(words, path)}
              <input
                id={`${id}-${key}`}
                className="input"
                value={value}
                inputMode={typeof value === "number" ? "numeric" : "text"}
                // The house checks every field; a form of its own rules would only disagree with it some day.
                onChange={(event) => change(withLeaf(charge, path, event.target.value) as Charge)}
              />
            </label>
          );
        })}
      </div>
      <AsData key={charge.code} charge={charge} words={words} change={change} />
      <button type="button" className="button" onClick={() => change(null)}>
        <Icon name="cross" />
        {words.remove}
      </button>
    </div>
  );
}

/** Filters, tiers and limits are lists of any length: here the whole term is edited as the data it is. */
function AsData({
  charge,
  words,
  change,
}: {
  charge: Charge;
  words: ContractWords;
  change: (next: Charge | null) => void;
}) {
  const [text, setText] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const id = useId();
  return (
    <details onToggle={(event) => setText(event.currentTarget.open ? JSON.stringify(charge, null, 2) : null)}>
      <summary>{words.asData}</summary>
      <textarea
        className="input mono term-data"
        aria-label={words.asData}
        aria-invalid={why !== null}
        aria-describedby={id}
        spellCheck={false}
        rows={14}
        value={text ?? ""}
        onChange={(event) => {
          setText(event.target.value);
          try {
            change({ ...JSON.parse(event.target.value), code: charge.code } as Charge);
            setWhy(null);
          } catch (problem) {
            setWhy(problem instanceof Error ? problem.message : String(problem));
          }
        }}
      />
      <p id={id} className="field-fault">
        {why === null ? null : filled(words.notData, { why })}
      </p>
    </details>
  );
}
