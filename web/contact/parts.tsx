import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { clockTime, count, duration } from "../words/format.ts";
import { outcomeName } from "../words/outcome.ts";
import { currentTongue } from "../words/words.ts";

export function OutcomeMark({ outcome }: { outcome: string | null }) {
  const { t } = useTranslation();
  const name = outcomeName(outcome);
  const look = {
    answered: ["handset", "ready"],
    transferred_out: ["right", "ready"],
    abandoned: ["exit", "alarm"],
    voicemail: ["mic", "wrap"],
    self_service: ["check", "contact"],
    closed: ["clock", "idle"],
    rejected: ["cross", "idle"],
    failed: ["triangle", "alarm"],
    open: ["ring", "contact"],
  } as const;
  const [icon, tone] = look[name];
  return (
    <span className={`state-mark tone-${tone}`}>
      <Icon name={icon} />
      {t(`outcome.${name}`)}
    </span>
  );
}

export type Leg = {
  readonly callSid: string;
  readonly party: string;
  readonly status: string;
  readonly durationS: number;
  readonly endedAt: number;
};

/** The carrier's legs on one time axis, each with the seconds that the carrier bills. */
export function Legs({ legs }: { legs: readonly Leg[] }) {
  const { t } = useTranslation();
  const starts = legs.map((leg) => leg.endedAt - leg.durationS * 1000);
  const from = Math.min(...starts);
  const span = Math.max(1, Math.max(...legs.map((leg) => leg.endedAt)) - from);
  return (
    <ul className="legs">
      {legs.map((leg) => {
        const start = ((leg.endedAt - leg.durationS * 1000 - from) / span) * 100;
        const width = Math.max(1, ((leg.durationS * 1000) / span) * 100);
        return (
          <li key={leg.callSid}>
            <span className="nowrap">
              {leg.party === "caller" || leg.party === "agent" || leg.party === "outside"
                ? t(`contact.party.${leg.party}`)
                : leg.party}
            </span>
            <span className="leg-track">
              <span
                className={`leg-bar leg-${leg.party}`}
                style={{ insetInlineStart: `${start}%`, width: `${width}%` }}
              />
            </span>
            <span className="nowrap end">
              {t("contact.seconds", { n: count(currentTongue(), leg.durationS) })}{" "}
              <span className="quiet small">
                <LegStatus status={leg.status} />
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const STATUSES = ["completed", "busy", "failed", "no-answer", "canceled"] as const;

function LegStatus({ status }: { status: string }) {
  const { t } = useTranslation();
  const known = STATUSES.find((one) => one === status);
  return known === undefined ? status : t(`phone.endedWith.${known}`);
}

export type RecordingRow = {
  readonly recordingSid: string;
  readonly purpose: string;
  readonly durationS: number;
  readonly storedAt: number;
};

export function Recordings({ rows, sourceOf }: { rows: readonly RecordingRow[]; sourceOf: (sid: string) => string }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className="quiet">{t("contact.noRecording")}</p>;
  return (
    <ul className="stack">
      {rows.map((row) => (
        <li key={row.recordingSid} className="stack recording">
          <span className="row small">
            <Icon name="mic" />
            {t(row.purpose === "voicemail" ? "contact.voicemail" : "contact.recording")}
            <span className="quiet">
              {duration(row.durationS * 1000)} · {clockTime(currentTongue(), row.storedAt)}
            </span>
          </span>
          {/* biome-ignore lint/a11y/useMediaCaption: a recorded call has no captions; the time line beside it tells what happened */}
          <audio controls preload="none" src={sourceOf(row.recordingSid)} />
        </li>
      ))}
    </ul>
  );
}

type Label = { readonly zh: string; readonly en: string };

/** What came of it, in the client's own words; its code where those words are gone. */
export function Disposition({ code, label }: { code: string | null; label: Label | null }) {
  const { t } = useTranslation();
  return code === "auto" ? t("app.endedByTimer") : (label?.[currentTongue()] ?? code);
}
