import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FloorFrame } from "../../src/features/routing/schema.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { BrandMark, PlainState, Skeleton, TableScroll } from "../design/parts.tsx";
import { Elapsed } from "../live/timers.tsx";
import { Age, LinkBanner } from "../shell/age.tsx";
import { count, share } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { Abandoned } from "./abandoned.tsx";
import { AgentGrid } from "./agent-grid.tsx";
import { type Clients, useClients } from "./clients.ts";
import { DemoSwitch } from "./demo-switch.tsx";
import { inTrouble, levelOf, type Totals, totalsOf, useFloor, worstFirst } from "./live-floor.ts";
import "./floor.css";

export function FloorPage() {
  const { t } = useTranslation();
  const { link, heardAt, floor } = useFloor();
  const navigate = useNavigate();
  const { wall = false }: { wall?: boolean } = useSearch({ strict: false });
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${t("floor.title")} · ${t("app.name")}`;
  }, [t]);
  const toggleWall = (): void => {
    void navigate({
      to: "/floor",
      search: (before) => (wall ? { ...before, wall: undefined } : { ...before, wall: true }) as never,
    });
    if (wall)
      void document.exitFullscreen().catch(() => undefined); // it was not full screen: nothing to leave
    else void page.current?.requestFullscreen().catch(() => undefined); // the browser refused: the page fills the window anyway
  };
  return (
    <div ref={page} className={`page floor ${wall ? "floor-wall" : ""}`}>
      <LinkBanner state={link} />
      <div className="page-head">
        <h1>{t("floor.title")}</h1>
        <Age at={heardAt} state={link} />
        {wall ? null : <DemoSwitch />}
        <button type="button" className="button" onClick={toggleWall}>
          <Icon name="expand" />
          {t(wall ? "floor.leaveWall" : "floor.wall")}
        </button>
      </div>
      {floor === null ? (
        <Skeleton lines={10} height={24} />
      ) : (
        <div className={link === "lost" ? "page stale" : "page"}>
          <TotalTiles totals={totalsOf(floor)} />
          <Queues queues={floor.queues} />
          <AgentGrid agents={floor.agents} />
        </div>
      )}
    </div>
  );
}

function TotalTiles({ totals }: { totals: Totals }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const tiles: { icon: IconName; tone: string; word: string; figure: React.ReactNode }[] = [
    { icon: "list", tone: "ringing", word: t("floor.waiting"), figure: count(tongue, totals.waiting) },
    {
      icon: "clock",
      tone: "ringing",
      word: t("floor.longest"),
      figure: totals.longestSince === null ? "–" : <Elapsed since={totals.longestSince} />,
    },
    { icon: "handset", tone: "contact", word: t("floor.active"), figure: count(tongue, totals.talking) },
    { icon: "circle", tone: "ready", word: t("floor.ready"), figure: count(tongue, totals.ready) },
    { icon: "pencil", tone: "wrap", word: t("floor.wrap"), figure: count(tongue, totals.wrap) },
    { icon: "pause", tone: "idle", word: t("floor.away"), figure: count(tongue, totals.away) },
    { icon: "hollow", tone: "idle", word: t("floor.off"), figure: count(tongue, totals.off) },
    {
      icon: "chart",
      tone: "idle",
      word: t("floor.level"),
      figure: totals.level === null ? "–" : share(tongue, totals.level),
    },
  ];
  return (
    <dl className="tiles">
      {tiles.map((tile) => (
        <div key={tile.word} className="tile">
          <dt>
            <span className={`tone-${tile.tone}`}>
              <Icon name={tile.icon} />
            </span>
            {tile.word}
          </dt>
          <dd>{tile.figure}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The client company: a queue may serve several of its brands, and the last caller's is not whose queue it is. */
function ClientMark({ queue, clients }: { queue: FloorFrame["queues"][number]; clients: Clients }) {
  const client = clients.get(queue.tenantId);
  if (client === undefined) return <span className="quiet">–</span>;
  return <BrandMark name={client.name} color={client.color} />;
}

const FIGURES = ["waiting", "longest", "offered", "answered", "abandoned", "overflowed", "level", "target"] as const;

function Queues({ queues }: { queues: FloorFrame["queues"] }) {
  const { t } = useTranslation();
  const clients = useClients();
  const tongue = currentTongue();
  return (
    <section className="panel" aria-labelledby="queues-title">
      <h2 id="queues-title">{t("floor.queues")}</h2>
      {queues.length === 0 ? (
        <PlainState icon="list" title={t("floor.queues")} hint={t("floor.noQueues")} />
      ) : (
        <TableScroll>
          <table className="table queue-table">
            <thead>
              <tr>
                <th scope="col">{t("floor.client")}</th>
                <th scope="col">{t("floor.queue")}</th>
                {FIGURES.map((word) => (
                  <th key={word} scope="col" className="end">
                    {t(`floor.${word}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {worstFirst(queues, tongue).map((queue) => (
                <tr key={queue.queueId}>
                  <td>
                    <ClientMark queue={queue} clients={clients} />
                  </td>
                  <td className="queue-name">{queue.name}</td>
                  <td className="end">
                    {queue.waiting === 0 ? (
                      <span className="quiet">0</span>
                    ) : (
                      <strong>{count(tongue, queue.waiting)}</strong>
                    )}
                  </td>
                  <td className="end">{queue.longestSince === null ? "–" : <Elapsed since={queue.longestSince} />}</td>
                  <td className="end">{count(tongue, queue.offered)}</td>
                  <td className="end">{count(tongue, queue.answered)}</td>
                  <td className="end">
                    <Abandoned counted={queue.abandoned - queue.shortAbandoned} short={queue.shortAbandoned} />
                  </td>
                  <td className="end">{count(tongue, queue.overflowed)}</td>
                  <td className="end">
                    <QueueLevel queue={queue} />
                  </td>
                  <td className="end quiet nowrap">
                    {t("floor.targetText", {
                      share: share(tongue, queue.target.share),
                      s: String(queue.target.withinS),
                    })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

function QueueLevel({ queue }: { queue: FloorFrame["queues"][number] }) {
  const { t } = useTranslation();
  const level = levelOf(queue);
  if (level === null) return <span className="quiet">{t("floor.noLevel")}</span>;
  const breach = inTrouble(queue);
  return (
    <span className={`state-mark tone-${breach ? "alarm" : "ready"}`}>
      <Icon name={breach ? "triangle" : "check"} />
      {share(currentTongue(), level)} {t(breach ? "floor.breach" : "floor.met")}
    </span>
  );
}
