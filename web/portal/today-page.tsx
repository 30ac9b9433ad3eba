import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { LiveContact } from "../../src/domain/call/live.ts";
import type { PortalToday } from "../../src/features/contacts/schema.ts";
import { read } from "../api/http.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { Abandoned } from "../floor/abandoned.tsx";
import { Elapsed } from "../live/timers.tsx";
import { SpendNotice } from "../money/spend-notice.tsx";
import { Age, LinkBanner } from "../shell/age.tsx";
import { count, duration, share } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { HoursPanel } from "./hours-panel.tsx";
import { freshest, freshestDay, type LiveState, useLive } from "./live.ts";
import { Recent } from "./recent.tsx";
import "./portal.css";

type Target = { readonly share: number; readonly withinS: number };
type QueueRow = PortalToday["queues"][number];

/** The client's first page: the day against its target, and what is going on now. */
export function TodayPage() {
  const { t } = useTranslation();
  const live = useLive();
  const today = useQuery({
    queryKey: ["portal", "today"],
    queryFn: ({ signal }) => read<PortalToday>("/api/portal/today", signal),
    refetchInterval: 10_000,
  });
  useEffect(() => {
    document.title = `${t("portal.title")} · ${t("app.name")}`;
  }, [t]);
  return (
    <div className="page">
      <LinkBanner state={live.link} />
      <div className="page-head">
        <h1>{t("portal.title")}</h1>
        <Age at={live.heardAt} state={live.link} />
      </div>
      <SpendNotice />
      {today.isPending ? (
        <Skeleton lines={6} height={28} />
      ) : today.isError ? (
        <Trouble problem={today.error} retry={() => void today.refetch()} />
      ) : (
        <div className={live.link === "lost" ? "page stale" : "page"}>
          <Figures today={today.data} live={live} />
          <div className="today-grid">
            <div className="page">
              <LivePanel live={live} queues={today.data.queues} />
              <HoursPanel hours={today.data.hours} />
            </div>
            <QueuesPanel today={today.data} live={live} />
            <Recent />
          </div>
        </div>
      )}
    </div>
  );
}

/** Somebody talks with the caller: an agent, or a number outside the house. */
const CONVERSING: ReadonlySet<LiveContact["stage"]> = new Set(["talking", "held", "outside"]);

function Figures({ today, live }: { today: PortalToday; live: LiveState }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const all = freshestDay(live.today, today);
  const contacts = [...live.contacts.values()];
  const tiles: { icon: IconName; word: string; figure: string }[] = [
    { icon: "handset", word: t("portal.offered"), figure: count(tongue, all.offered) },
    { icon: "check", word: t("portal.answered"), figure: count(tongue, all.answered) },
    { icon: "exit", word: t("portal.abandoned"), figure: count(tongue, all.abandoned) },
    {
      icon: "list",
      word: t("portal.waiting"),
      figure: count(tongue, contacts.filter((one) => one.stage === "queued").length),
    },
    {
      icon: "people",
      word: t("portal.talking"),
      figure: count(tongue, contacts.filter((one) => CONVERSING.has(one.stage)).length),
    },
    {
      icon: "clock",
      word: t("portal.average"),
      figure: today.waitedMsMean === null ? "–" : duration(today.waitedMsMean),
    },
  ];
  return (
    <>
      <Level level={all.serviceLevel} target={targetOf(today)} />
      <dl className="tiles">
        {tiles.map((tile) => (
          <div key={tile.word} className="tile">
            <dt>
              <Icon name={tile.icon} />
              {tile.word}
            </dt>
            <dd>{tile.figure}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Several queues may have several targets: the strictest is the one to look at first. */
function targetOf(today: PortalToday): Target | null {
  return today.queues
    .map((queue) => queue.target)
    .reduce<Target | null>(
      (strictest, one) => (strictest === null || one.share > strictest.share ? one : strictest),
      null,
    );
}

function Level({ level, target }: { level: number | null; target: Target | null }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const met = level !== null && (target === null || level >= target.share);
  const tone = level === null ? "idle" : met ? "ready" : "alarm";
  return (
    <section className="level" aria-label={t("portal.level")}>
      <div>
        <p className="small quiet">{t("portal.level")}</p>
        <p className={`level-figure tone-${tone}`}>{level === null ? "–" : share(tongue, level)}</p>
      </div>
      <div className="grow stack">
        <div className="level-bar">
          <span
            className={`level-fill tone-${tone}`}
            style={{ width: `${(level ?? 0) * 100}%`, background: "currentColor" }}
          />
          {target === null ? null : (
            <span className="level-goal" style={{ insetInlineStart: `${target.share * 100}%` }} />
          )}
        </div>
        <p className="row small">
          {level === null ? (
            <span className="quiet">{t("portal.noLevel")}</span>
          ) : target === null ? null : (
            <span className={`state-mark tone-${tone}`}>
              <Icon name={met ? "check" : "triangle"} />
              {t(met ? "portal.met" : "portal.below")}
            </span>
          )}
          {target === null ? null : (
            <span className="quiet">
              {t("portal.target", { share: share(tongue, target.share), s: String(target.withinS) })}
            </span>
          )}
        </p>
      </div>
    </section>
  );
}

const STAGE_LOOK = {
  in_flow: ["keypad", "idle"],
  queued: ["list", "ringing"],
  connecting: ["ring", "ringing"],
  talking: ["handset", "contact"],
  held: ["pause", "idle"],
  outside: ["right", "contact"],
  voicemail: ["mic", "wrap"],
  wrap_up: ["pencil", "wrap"],
} as const satisfies Record<LiveContact["stage"], readonly [IconName, string]>;

function LivePanel({ live, queues }: { live: LiveState; queues: readonly QueueRow[] }) {
  const { t } = useTranslation();
  const rows = [...live.contacts.values()].sort((a, b) => a.offeredAt - b.offeredAt);
  return (
    <section className="panel" aria-labelledby="live-title">
      <h2 id="live-title">{t("portal.live")}</h2>
      {rows.length === 0 ? (
        <PlainState icon="inbox" title={t("portal.noLive")} />
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("portal.caller")}</th>
                <th scope="col">{t("portal.stage")}</th>
                <th scope="col">{t("contacts.queue")}</th>
                <th scope="col" className="end">
                  {t("portal.since")}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const [icon, tone] = STAGE_LOOK[row.stage];
                return (
                  <tr key={row.contactId} className="arrives">
                    <td className="mono nowrap">
                      <Link to="/portal/contacts/$contactId" params={{ contactId: row.contactId }}>
                        <PhoneNumber value={row.from} />
                      </Link>
                    </td>
                    <td>
                      <span className={`state-mark tone-${tone}`}>
                        <Icon name={icon} />
                        {t(`portal.stageName.${row.stage}`)}
                      </span>
                    </td>
                    <td>{queues.find((queue) => queue.queueId === row.queueId)?.name ?? ""}</td>
                    <td className="end">
                      <Elapsed since={row.since} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

function QueuesPanel({ today, live }: { today: PortalToday; live: LiveState }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <section className="panel" aria-labelledby="queues-title">
      <h2 id="queues-title">{t("portal.today")}</h2>
      {today.queues.length === 0 ? (
        <PlainState icon="chart" title={t("portal.title")} hint={t("portal.noToday")} />
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("contacts.queue")}</th>
                <th scope="col" className="end">
                  {t("portal.offered")}
                </th>
                <th scope="col" className="end">
                  {t("portal.answered")}
                </th>
                <th scope="col" className="end">
                  {t("portal.abandoned")}
                </th>
                <th scope="col" className="end">
                  {t("portal.level")}
                </th>
              </tr>
            </thead>
            <tbody>
              {today.queues.map((queue) => {
                const numbers = freshest(today.day, live.today, queue.queueId, queue);
                return (
                  <tr key={queue.queueId}>
                    <td>{queue.name}</td>
                    <td className="end">{count(tongue, numbers.offered)}</td>
                    <td className="end">{count(tongue, numbers.answered)}</td>
                    <td className="end">
                      <Abandoned counted={numbers.abandoned} short={numbers.shortAbandoned} />
                    </td>
                    <td className="end">
                      <QueueLevel level={numbers.serviceLevel} target={queue.target} />
                      <div className="small quiet nowrap">
                        {t("portal.goal", {
                          share: share(tongue, queue.target.share),
                          s: String(queue.target.withinS),
                        })}
                      </div>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

function QueueLevel({ level, target }: { level: number | null; target: Target }) {
  const { t } = useTranslation();
  if (level === null) return "–";
  const met = level >= target.share;
  return (
    <span className={`state-mark tone-${met ? "ready" : "alarm"}`}>
      <Icon name={met ? "check" : "triangle"} />
      {share(currentTongue(), level)}
      <span className="unseen">{t(met ? "portal.met" : "portal.below")}</span>
    </span>
  );
}
