import { useQuery } from "@tanstack/react-query";
import type { LetterView } from "../../src/features/letters/schema.ts";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { filled } from "../words/contracts.ts";
import { dateTime } from "../words/format.ts";
import { type LetterWords, letterWords } from "../words/letters.ts";
import { currentTongue } from "../words/words.ts";
import "./money.css";

/** Letters the house wrote about money, and what became of each: the client's own, or one client's for billing staff. */
export function LettersPanel({ path }: { readonly path: string }) {
  const words = letterWords(currentTongue());
  const letters = useQuery({
    queryKey: ["letters", path],
    queryFn: ({ signal }) => read<{ items: readonly LetterView[] }>(path, signal),
  });
  return (
    <section className="panel" aria-label={words.title}>
      <h2>{words.title}</h2>
      {letters.isPending ? (
        <Skeleton lines={3} height={18} />
      ) : letters.isError ? (
        <Trouble problem={letters.error} retry={() => void letters.refetch()} />
      ) : letters.data.items.length === 0 ? (
        <p className="money-tail quiet">{words.none}</p>
      ) : (
        <LettersTable items={letters.data.items} words={words} />
      )}
    </section>
  );
}

function LettersTable({ items, words }: { readonly items: readonly LetterView[]; readonly words: LetterWords }) {
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.at}</th>
            <th scope="col">{words.about}</th>
            <th scope="col">{words.to}</th>
            <th scope="col">{words.state}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((letter) => (
            <tr key={letter.id}>
              <td className="nowrap">{dateTime(tongue, letter.at)}</td>
              <td className="letter-about">{aboutText(letter.about, words)}</td>
              <td className="letter-to">
                {letter.to.map((address) => (
                  <div key={address}>{address}</div>
                ))}
              </td>
              <td>
                <State state={letter.state} words={words} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

const LOOKS = {
  sent: { tone: "ready", icon: "check" },
  waiting: { tone: "ringing", icon: "clock" },
  given_up: { tone: "alarm", icon: "triangle" },
} as const;

function State({ state, words }: { readonly state: LetterView["state"]; readonly words: LetterWords }) {
  const { tone, icon } = LOOKS[state];
  return (
    <span className={`state-mark tone-${tone}`}>
      <Icon name={icon} />
      {words.states[state]}
    </span>
  );
}

function aboutText(about: LetterView["about"], words: LetterWords): string {
  if (about.kind === "dunning") return filled(words.deeds[about.deed], { number: about.number });
  const label = about.label?.[currentTongue()] ?? "";
  return filled(about.what === "package" ? words.package : words.limit, { label, step: about.step });
}
