import { useEffect, useId, useState } from "react";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { Icon } from "../design/icons.tsx";
import { Field } from "../design/parts.tsx";
import { type ContractWords, filled } from "../words/contracts.ts";
import { choicesOf, isCount, type Leaf, leafLabel, leavesOf, type TermFault, withLeaf } from "./fields.ts";
import { MODELS } from "./templates.ts";

export type NoteUnread = (code: string, isUnread: boolean) => void;

type Props = {
  readonly charge: Charge;
  readonly words: ContractWords;
  readonly faults: readonly TermFault[];
  readonly change: (next: Charge | null) => void;
  readonly unread: NoteUnread;
  /** Says a term in words; throws where a part that its model must have is missing. */
  readonly reads: (charge: Charge) => string;
};

/** The fields of a term; filters, tiers and limits, which are lists of any length, as the data they are. */
export function ChargeForm(props: Props) {
  const { charge, words, faults, change } = props;
  return (
    <div className="term-form">
      <div className="term-fields">
        {leavesOf(charge).map((leaf) => {
          const key = leaf.path.join(".");
          return (
            <LeafField
              key={key}
              leaf={leaf}
              words={words}
              error={faults.find(({ at }) => at === key)?.text ?? null}
              change={(typed) => change(withLeaf(charge, leaf.path, typed))}
            />
          );
        })}
      </div>
      <AsData key={charge.code} {...props} />
      <button type="button" className="button" onClick={() => change(null)}>
        <Icon name="cross" />
        {words.remove}
      </button>
    </div>
  );
}

type LeafProps = {
  readonly leaf: Leaf;
  readonly words: ContractWords;
  readonly error: string | null;
  readonly change: (typed: string) => void;
};

/** The house checks every field; a form of its own rules would only disagree with it some day. */
function LeafField({ leaf: { path, value }, words, error, change }: LeafProps) {
  const choices = choicesOf(words, path);
  return (
    <Field label={leafLabel(words, path)} error={error}>
      {(id, describedBy) =>
        choices === null ? (
          <input
            id={id}
            className="input"
            autoComplete="off"
            inputMode={isCount(path) ? "numeric" : "text"}
            aria-invalid={error !== null}
            aria-describedby={describedBy}
            value={value}
            onChange={(event) => change(event.target.value)}
          />
        ) : (
          <select
            id={id}
            className="input"
            aria-invalid={error !== null}
            aria-describedby={describedBy}
            value={value}
            onChange={(event) => change(event.target.value)}
          >
            {choices.map(([one, name]) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        )
      }
    </Field>
  );
}

/** What is typed stays as it is typed; only what can be read becomes the term. */
function AsData({ charge, words, change, unread, reads }: Props) {
  const [text, setText] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const id = useId();
  const { code } = charge;
  // The form may be put away, or its term removed, with data in it that cannot be read: then nothing waits for it.
  useEffect(() => () => unread(code, false), [unread, code]);
  const type = (next: string): void => {
    setText(next);
    const read = chargeIn(next, code, reads);
    const wrong = typeof read === "string" ? read : null;
    setWhy(wrong === null ? null : whyText(words, wrong));
    unread(code, wrong !== null);
    if (typeof read !== "string") change(read);
  };
  const toggle = (isOpen: boolean): void => {
    setText(isOpen ? JSON.stringify(charge, null, 2) : null);
    setWhy(null);
    unread(code, false);
  };
  return (
    <details onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>{words.asData}</summary>
      <textarea
        className="input mono term-data"
        aria-label={words.asData}
        aria-invalid={why !== null}
        aria-describedby={id}
        spellCheck={false}
        rows={14}
        value={text ?? ""}
        onChange={(event) => type(event.target.value)}
      />
      <p id={id} className="field-fault" role={why === null ? undefined : "alert"}>
        {why}
      </p>
    </details>
  );
}

/** The term that the data is, or why it is none: the line where it cannot be read, or `part` where something is missing. */
function chargeIn(text: string, code: string, reads: Props["reads"]): Charge | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("model" in value)) return "part";
    const charge = { ...value, code } as Charge;
    if (!MODELS.includes(charge.model) || !isNamed(charge.label)) return "part";
    return /undefined|NaN/.test(reads(charge)) ? "part" : charge;
  } catch (problem) {
    // Browsers name the line in their message, each in its own words.
    return problem instanceof SyntaxError ? (/line (\d+)/.exec(problem.message)?.[1] ?? "") : "part";
  }
}

function isNamed(label: unknown): boolean {
  if (typeof label !== "object" || label === null || !("zh" in label) || !("en" in label)) return false;
  return typeof label.zh === "string" && typeof label.en === "string";
}

function whyText(words: ContractWords, wrong: string): string {
  if (wrong === "part") return words.notTerm;
  return wrong === "" ? words.notDataAnywhere : filled(words.notData, { line: wrong });
}
