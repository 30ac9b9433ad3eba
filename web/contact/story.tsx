import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { IconName } from "../design/icons.tsx";
import { Icon } from "../design/icons.tsx";
import { usePhoneText } from "../design/phone-number.tsx";
import { clockTime, duration } from "../words/format.ts";
import { outcomeName } from "../words/outcome.ts";
import { currentTongue } from "../words/words.ts";
import { Decision, type DecisionNames } from "./decision.tsx";
import "./contact.css";

export type FactRow = {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
};

const NO_NAMES: DecisionNames = { agents: {}, queues: {} };

type Label = { readonly zh: string; readonly en: string };

const LOOKS = {
  contact_offered: ["handset", "contact"],
  flow_step_entered: ["right", "idle"],
  menu_chosen: ["keypad", "idle"],
  digits_collected: ["keypad", "idle"],
  queued: ["list", "ringing"],
  site_moved: ["building", "idle"],
  outside_called: ["bell", "ringing"],
  outside_failed: ["cross", "alarm"],
  outside_answered: ["handset", "ready"],
  outside_left: ["exit", "idle"],
  queue_announced: ["speaker", "idle"],
  seat_reserved: ["ring", "ringing"],
  seat_rang: ["bell", "ringing"],
  seat_returned: ["cross", "alarm"],
  seat_accepted: ["check", "contact"],
  seat_answered: ["handset", "ready"],
  held: ["pause", "idle"],
  resumed: ["play", "contact"],
  agent_lost: ["plug", "alarm"],
  agent_back: ["handset", "ready"],
  agent_left: ["exit", "idle"],
  left_queue: ["exit", "idle"],
  recording_stored: ["mic", "idle"],
  voicemail_left: ["mic", "wrap"],
  leg_ended: ["hangUp", "idle"],
  ended: ["hangUp", "idle"],
  wrapped_up: ["pencil", "wrap"],
  reconciled: ["refresh", "alarm"],
} as const satisfies Record<string, readonly [IconName, string]>;
type FactName = keyof typeof LOOKS;

function isFactName(type: string): type is FactName {
  return type in LOOKS;
}

/** The contact told from its facts, in order: what happened, when, and how long after the arrival. */
export function Story({
  facts,
  disposition = null,
  names = NO_NAMES,
  decisionNames = () => names,
}: {
  facts: readonly FactRow[];
  disposition?: Label | null;
  names?: DecisionNames;
  /** Names for one decision alone: whose contacts were passed over differs from one to the next. */
  decisionNames?: (fact: FactRow) => DecisionNames;
}) {
  const { t } = useTranslation();
  const shown = usePhoneText();
  const first = facts[0]?.at ?? 0;
  return (
    <ol className="story">
      {facts.map((fact) => {
        const [icon, tone] = isFactName(fact.type) ? LOOKS[fact.type] : (["circle", "idle"] as const);
        return (
          <li key={fact.seq}>
            <time className="story-time">{clockTime(currentTongue(), fact.at)}</time>
            <span className={`story-icon soft-${tone} tone-${tone}`}>
              <Icon name={icon} />
            </span>
            <div className="story-words">
              <p>{isFactName(fact.type) ? tell({ t, shown, disposition }, fact.type, fact.body) : fact.type}</p>
              {fact.type === "seat_reserved" ? (
                <Decision at={fact.at} decision={fact.body.decision} names={decisionNames(fact)} />
              ) : null}
            </div>
            <span className="story-after small quiet nowrap">+{duration(fact.at - first)}</span>
          </li>
        );
      })}
    </ol>
  );
}

const RETURNS = ["declined", "missed", "rescinded", "leg_failed", "agent_lost"] as const;
const OUTSIDE_FAILURES = ["no_answer", "busy", "failed"] as const;
const LEAVINGS = ["answered", "abandoned", "overflowed", "closed"] as const;

const STEPS = ["hours", "prompt", "menu", "collect", "queue", "voicemail", "hangup"] as const;

type Telling = {
  readonly t: TFunction;
  readonly shown: (number: string) => string;
  readonly disposition: Label | null;
};

function tell({ t, shown, disposition }: Telling, type: FactName, body: Record<string, unknown>): string {
  const text = (name: string): string => String(body[name] ?? "");
  switch (type) {
    case "contact_offered":
      return t(`contact.fact.${type}`, { to: shown(text("to")) });
    case "flow_step_entered": {
      const kind = STEPS.find((one) => one === body.kind);
      return t(`contact.fact.${type}`, {
        stepId: text("stepId"),
        kind: kind === undefined ? text("kind") : t(`contact.step.${kind}`),
      });
    }
    case "menu_chosen":
      return t(`contact.fact.${type}`, { key: text("key") });
    case "digits_collected":
      return t(`contact.fact.${type}`, { variable: text("variable") });
    case "queue_announced":
      return t(`contact.fact.${type}`, { position: text("position") });
    case "seat_returned": {
      const why = RETURNS.find((one) => one === body.why);
      return t(`contact.fact.${type}`, { why: why === undefined ? text("why") : t(`contact.returned.${why}`) });
    }
    case "seat_answered":
      return t(`contact.fact.${type}`, { waited: duration(Number(body.waitedMs ?? 0)) });
    case "outside_called":
      return t(`contact.fact.${type}`, {
        name: text("name"),
        number: shown(text("number")),
        waited: duration(Number(body.waitedMs ?? 0)),
      });
    case "outside_failed": {
      const why = OUTSIDE_FAILURES.find((one) => one === body.why) ?? "failed";
      return t(`contact.fact.${type}`, { number: shown(text("number")), why: t(`contact.outsideWhy.${why}`) });
    }
    case "outside_answered":
      return t(`contact.fact.${type}`, { name: text("name"), waited: duration(Number(body.waitedMs ?? 0)) });
    case "outside_left":
      return t(`contact.fact.${type}`, { talk: duration(Number(body.talkMs ?? 0)) });
    case "left_queue": {
      const why = LEAVINGS.find((one) => one === body.why);
      return t(`contact.fact.${type}`, { why: why === undefined ? text("why") : t(`contact.left.${why}`) });
    }
    case "leg_ended":
      return t(body.party === "outside" ? "contact.outsideLeg" : `contact.fact.${type}`, { n: text("durationS") });
    case "recording_stored":
    case "voicemail_left":
      return t(`contact.fact.${type}`, { n: text("durationS") });
    case "ended":
      return t(`contact.fact.${type}`, { outcome: t(`outcome.${outcomeName(text("outcome"))}`) });
    case "wrapped_up":
      return t(`contact.fact.${type}`, {
        disposition:
          body.disposition === "auto" ? t("app.endedByTimer") : (disposition?.[currentTongue()] ?? text("disposition")),
      });
    case "reconciled":
      return t(`contact.fact.${type}`, { what: text("what") });
    default:
      return t(`contact.fact.${type}`);
  }
}
