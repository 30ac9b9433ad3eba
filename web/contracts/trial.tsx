import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Charge } from "../../src/domain/rating/charge.ts";
import type { Preview } from "../../src/features/billing/schema.ts";
import { ApiProblem, send } from "../api/http.ts";
import { componentWord, quantityText } from "../billing/amounts.ts";
import { Icon } from "../design/icons.tsx";
import { Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { type ContractWords, filled } from "../words/contracts.ts";
import { count, money, month, type Tongue } from "../words/format.ts";

/** A person types in strokes; the house is asked when they pause. */
const PAUSE_MS = 500;

export type Trial = {
  readonly written: Preview | undefined;
  readonly inForce: Preview | undefined;
  readonly pending: boolean;
  readonly problem: Error | null;
};

/** The month tried under the terms as written and as in force, both by the rules of a real run. */
export function useTrial(path: string, period: string, charges: readonly Charge[]): Trial {
  const asked = useSettled(JSON.stringify(charges));
  const written = useQuery({
    queryKey: ["contracts", "trial", path, period, asked],
    queryFn: () => send<Preview>("POST", `${path}/previews`, { period, charges: JSON.parse(asked) }),
    placeholderData: (before) => before,
    retry: false,
  });
  const inForce = useQuery({
    queryKey: ["contracts", "in-force", path, period],
    queryFn: () => send<Preview>("POST", `${path}/previews`, { period, charges: null }),
  });
  return { written: written.data, inForce: inForce.data, pending: written.isFetching, problem: written.error };
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

type Props = { trial: Trial; period: string; words: ContractWords; tongue: Tongue };

/** What last month would have come to, line by line, beside what it came to; and what to look at before publishing. */
export function TrialPanel({ trial: { written, inForce, pending, problem }, period, words, tongue }: Props) {
  const { t } = useTranslation();
  const unclear = problem instanceof ApiProblem && problem.status === 422;
  return (
    <section className="panel trial" aria-labelledby="trial-title" aria-busy={pending && written === undefined}>
      <h2 id="trial-title">{words.preview}</h2>
      <div className="panel-body panel-pad">
        <p className="small quiet">
          {filled(words.previewOf, { month: month(tongue, period) })}
          {pending ? ` · ${words.computing}` : ""}
        </p>
        {problem !== null && !unclear ? <Trouble problem={problem} /> : null}
        {unclear ? (
          <p className="field-fault" role="alert">
            <Icon name="triangle" />
            {words.faults}
          </p>
        ) : null}
        {written === undefined ? (
          problem === null ? (
            <Skeleton lines={6} height={16} />
          ) : null
        ) : (
          <>
            <TableScroll>
              <table className="table">
                <tbody>
                  {written.lines.map((line) => (
                    <tr key={line.key}>
                      <td>
                        {line.label[tongue]} <span className="small quiet">{componentWord(t, line.component)}</span>
                      </td>
                      <td className="end small quiet nowrap">{quantityText(t, tongue, line)}</td>
                      <td className="end amount">{money(tongue, line.amountMinor, written.currency)}</td>
                    </tr>
                  ))}
                </tbody>
                <tfoot>
                  <Sum name={words.then} minor={written.totalMinor} of={written} tongue={tongue} id="trial-total" />
                  {inForce === undefined ? null : (
                    <>
                      <Sum
                        name={words.now}
                        minor={inForce.totalMinor}
                        of={written}
                        tongue={tongue}
                        id="in-force-total"
                      />
                      <Sum
                        name={words.difference}
                        minor={written.totalMinor - inForce.totalMinor}
                        of={written}
                        tongue={tongue}
                        id="trial-difference"
                      />
                    </>
                  )}
                </tfoot>
              </table>
            </TableScroll>
            <Warnings preview={written} words={words} tongue={tongue} />
          </>
        )}
      </div>
    </section>
  );
}

function Sum({
  name,
  minor,
  of,
  tongue,
  id,
}: {
  name: string;
  minor: number;
  of: Preview;
  tongue: Tongue;
  id: string;
}) {
  return (
    <tr>
      <td colSpan={2}>{name}</td>
      <td className="end amount" data-testid={id}>
        {money(tongue, minor, of.currency)}
      </td>
    </tr>
  );
}

function Warnings({ preview, words, tongue }: { preview: Preview; words: ContractWords; tongue: Tongue }) {
  // A term is known to people by its name; one that charges nothing yet has only its code.
  const nameOf = (code: string) => preview.lines.find((line) => line.code === code)?.label[tongue] ?? code;
  const known = preview.warnings.flatMap((warning) =>
    warning.kind in words.warning
      ? [
          filled(words.warning[warning.kind as keyof ContractWords["warning"]], {
            ...(warning as Record<string, string | number>),
            code: nameOf(warning.code),
            takenBy: nameOf(String(warning.takenBy)),
          }),
        ]
      : [],
  );
  const all = preview.unrated === 0 ? known : [...known, filled(words.unrated, { n: count(tongue, preview.unrated) })];
  if (all.length === 0) {
    return (
      <p className="state-mark tone-ready small">
        <Icon name="check" />
        {words.noWarnings}
      </p>
    );
  }
  return (
    <>
      <h3 className="small">{words.warnings}</h3>
      <ul className="trial-warnings">
        {all.map((text) => (
          <li key={text} className="tone-ringing">
            <Icon name="triangle" />
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
