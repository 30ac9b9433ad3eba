import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ContactChoice, RankedSeat, RoutingDecision, SeatsAsked } from "../../src/domain/call/facts.ts";
import { needText, policyName } from "../queues/words.ts";
import { count, duration } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

/** Names behind the ids of a decision. What the reader may not know has none, and is then called by what it is. */
export type DecisionNames = {
  readonly agents: { readonly [agentId: string]: string };
  readonly queues: { readonly [queueId: string]: string };
  /** Who the contacts that were passed over belong to, in the decision's order; the house alone is told. */
  readonly passedOver?: readonly { readonly name: string }[];
};

type Props = { readonly at: number; readonly decision: unknown; readonly names: DecisionNames };

/** Both choices behind an offer, in words: why this contact was next, and why by this seat. */
export function Decision({ at, decision, names }: Props) {
  if (!isDecision(decision)) return null;
  const { contact, asked } = decision;
  return (
    <div className="decision">
      {contact === undefined ? null : <WhyContact choice={contact} names={names} />}
      <WhySeat at={at} decision={decision} asked={asked} names={names} />
    </div>
  );
}

function isDecision(value: unknown): value is RoutingDecision {
  return typeof value === "object" && value !== null && "rule" in value && "ranked" in value;
}

function WhyContact({ choice, names }: { choice: ContactChoice; names: DecisionNames }) {
  const { t } = useTranslation();
  const { when, policy, policyVersion, candidates, owed, place, others } = choice;
  const waited = duration(place.waitedMs);
  const alone = when === "seat_was_idle" || candidates === 1;
  return (
    <section>
      <h3 className="decision-title">{t("decision.whyContact")}</h3>
      <p>
        {when === "client_below_cap" ? `${t("decision.belowCap")} ` : null}
        {when === "seat_was_idle"
          ? t("decision.freeSeat", { waited })
          : alone
            ? t("decision.onlyOne", { waited })
            : t("decision.firstOf", {
                n: String(candidates),
                policy: policyName(t, policy),
                version: String(policyVersion),
              })}
      </p>
      {alone ? null : (
        <>
          {owed ? <p>{t("decision.owed")}</p> : null}
          <p className="quiet">{placeText(t, place)}</p>
          {others.length === 0 ? null : (
            <TableOf
              head={[t("decision.who"), t("decision.behind"), t("decision.whyLater")]}
              rows={others.map((other, at) => ({
                key: `other-${String(at)}`,
                cells: [
                  names.passedOver?.[at]?.name ??
                    t(other.sameClient ? "decision.sameClient" : "decision.anotherClient"),
                  behindText(t, other.behindMs),
                  t(`decision.later.${other.why}`),
                ],
                chosen: false,
              }))}
            />
          )}
        </>
      )}
    </section>
  );
}

/** What made up the contact's place; a part that counted nothing is left out. */
function placeText(t: TFunction, { waitedMs, priorityMs, inTimeMs, stakeMs, tailMs }: ContactChoice["place"]): string {
  const parts = [t("decision.place.waited", { time: duration(waitedMs) })];
  if (priorityMs !== 0) parts.push(t("decision.place.priority", { time: duration(priorityMs) }));
  if (inTimeMs !== 0) parts.push(t("decision.place.inTime", { time: duration(inTimeMs) }));
  if (stakeMs !== 0) parts.push(t("decision.place.stake", { time: duration(stakeMs) }));
  if (tailMs !== 0) parts.push(t("decision.place.tail", { time: duration(tailMs) }));
  return parts.join(t("decision.place.and"));
}

/** A guarantee may go before somebody further ahead: then the distance is the other way round. */
function behindText(t: TFunction, ms: number): string {
  return ms < 0 ? t("decision.ahead", { time: duration(-ms) }) : duration(ms);
}

type SeatProps = {
  at: number;
  decision: RoutingDecision;
  asked: SeatsAsked | undefined;
  names: DecisionNames;
};

function WhySeat({ at, decision, asked, names }: SeatProps) {
  const { t } = useTranslation();
  const { rule, ruleVersion, candidates, ranked } = decision;
  const known = RULES.find((one) => one === rule);
  const ruleName = known === undefined ? rule : t(`contact.rule.${known}`);
  return (
    <section>
      <h3 className="decision-title">{t("contact.decision")}</h3>
      <p>
        {t("contact.decisionText", {
          rule: ruleName,
          version: String(ruleVersion),
          n: count(currentTongue(), candidates),
        })}
      </p>
      {asked === undefined ? null : <p className="quiet">{askedText(t, asked)}</p>}
      {ranked.length === 0 ? null : (
        <TableOf
          head={[
            t("contacts.agent"),
            known === undefined ? t("decision.score") : t(`decision.scoreOf.${known}`),
            t("decision.outcome"),
          ]}
          rows={ranked.map((seat, place) => ({
            key: `${seat.agentId}-${String(place)}`,
            cells: [
              names.agents[seat.agentId] ?? t("decision.anAgent"),
              known === undefined ? String(seat.score) : scoreText(t, known, seat, at),
              t(`decision.seat.${seatWhy(seat)}`),
            ],
            chosen: seat.why === "chosen",
          }))}
        />
      )}
    </section>
  );
}

function seatWhy({ why }: RankedSeat): RankedSeat["why"] {
  return (["chosen", "stands_behind", "declined_before"] as const).find((one) => one === why) ?? "ranked_later";
}

function askedText(t: TFunction, { skills, preferred, lent, ownAgent }: SeatsAsked): string {
  if (ownAgent) return t("decision.askedOwnAgent");
  const parts = [
    skills.length === 0 ? t("decision.askedNothing") : t("decision.asked", { skills: skills.map(needText).join(", ") }),
  ];
  if (preferred.length > 0) parts.push(t("decision.askedWish", { skills: preferred.map(needText).join(", ") }));
  if (lent.length > 0) parts.push(t("decision.askedLent", { groups: lent.join(", ") }));
  return parts.join(" ");
}

export const RULES = [
  "longest_idle",
  "fewest_contacts",
  "fixed_order",
  "least_skilled",
  "least_talk",
  "longest_ready",
  "longest_since_contact",
  "most_skilled",
  "progressive",
  "random",
  "ring_all",
  "round_robin",
  "weighted_share",
] as const;
type Rule = (typeof RULES)[number];

/** Before there is a first one, an instant of the strategy is the beginning of time. */
const NEVER = 0;

/** The number by which the strategy ranked the seat, in the reader's terms and not in its own. */
function scoreText(t: TFunction, rule: Rule, { score }: RankedSeat, at: number): string {
  const tongue = currentTongue();
  switch (rule) {
    case "longest_idle":
    case "ring_all":
    case "progressive":
    case "longest_ready":
      return duration(at - score);
    case "longest_since_contact":
    case "round_robin":
      return score === NEVER ? t("decision.never") : duration(at - score);
    case "least_talk":
      return duration(score);
    case "most_skilled":
      return count(tongue, -score);
    case "fixed_order":
      return score >= Number.MAX_SAFE_INTEGER ? t("decision.noPlace") : count(tongue, score);
    case "random":
      return "–";
    case "weighted_share":
      return score >= Number.MAX_SAFE_INTEGER ? t("decision.noShare") : count(tongue, Math.round(score * 100) / 100);
    case "fewest_contacts":
    case "least_skilled":
      return count(tongue, score);
  }
}

type Row = { readonly key: string; readonly cells: readonly string[]; readonly chosen: boolean };

function TableOf({ head, rows }: { head: readonly string[]; rows: readonly Row[] }) {
  return (
    <table className="decision-table">
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className={row.chosen ? "decision-chosen" : ""}>
            {row.cells.map((cell, place) => (
              <td key={head[place] ?? cell}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
