import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FloorFrame } from "../../src/features/routing/schema.ts";
import { Icon } from "../design/icons.tsx";
import { BrandMark, brandStyle, PlainState, StateMark } from "../design/parts.tsx";
import { usePhoneText } from "../design/phone-number.tsx";
import { Elapsed } from "../live/timers.tsx";
import { part } from "../page.ts";
import { count } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

/** Comes when it is first opened: what checks its fields is larger than the whole floor. */
const TelephoneDialog = part(async () => (await import("./telephone-dialog.tsx")).TelephoneDialog, ["refusal"]);

type AgentRow = FloorFrame["agents"][number];
type Sort = "state" | "name" | "time";

/** Who needs a look comes first: talking, ringing, wrapping up, ready, away, gone. */
const ORDER: readonly AgentRow["state"][] = [
  "on_contact",
  "ringing",
  "reserved",
  "wrap_up",
  "ready",
  "not_ready",
  "off_shift",
];
/** Beyond this many seats the grid shows only the chosen state: nobody reads a thousand cells. */
const CELLS_MAX = 500;

function sorted(agents: readonly AgentRow[], sort: Sort): AgentRow[] {
  return [...agents].sort((a, b) => {
    // Nobody has been away longer than somebody who never came.
    if (sort === "time") return (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY);
    const byState = sort === "state" ? ORDER.indexOf(a.state) - ORDER.indexOf(b.state) : 0;
    return byState !== 0 ? byState : a.name.localeCompare(b.name, currentTongue());
  });
}

/** Filter and order live in the address, so that they survive a reload and can be sent to a colleague. */
export function AgentGrid({ agents }: { agents: readonly AgentRow[] }) {
  const { t } = useTranslation();
  const { state, sort = "state" }: { state?: string; sort?: Sort } = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (part: { state?: string | undefined; sort?: "name" | "time" | undefined }): void =>
    void navigate({ to: "/floor", search: (before) => ({ ...before, ...part }) as never, replace: true });
  const shown = sorted(state === undefined ? agents : agents.filter((agent) => agent.state === state), sort).slice(
    0,
    CELLS_MAX,
  );
  return (
    <section className="panel" aria-labelledby="agents-title">
      <div className="row wrap agents-head">
        <h2 id="agents-title">{t("floor.agents")}</h2>
        <fieldset className="row wrap grow" aria-label={t("floor.state")}>
          <button
            type="button"
            className="button plain"
            aria-pressed={state === undefined}
            onClick={() => change({ state: undefined })}
          >
            {t("floor.all")} {count(currentTongue(), agents.length)}
          </button>
          {ORDER.map((one) => {
            const n = agents.filter((agent) => agent.state === one).length;
            return n === 0 && state !== one ? null : (
              <button
                key={one}
                type="button"
                className="button plain"
                aria-pressed={state === one}
                onClick={() => change({ state: one })}
              >
                <StateMark state={one} /> {count(currentTongue(), n)}
              </button>
            );
          })}
        </fieldset>
        <select
          className="input sort"
          aria-label={t("floor.sort")}
          value={sort}
          onChange={(event) =>
            change({ sort: event.target.value === "state" ? undefined : (event.target.value as "name" | "time") })
          }
        >
          <option value="state">{t("floor.sortState")}</option>
          <option value="name">{t("floor.sortName")}</option>
          <option value="time">{t("floor.sortTime")}</option>
        </select>
      </div>
      {agents.length === 0 ? (
        <PlainState icon="people" title={t("floor.agents")} hint={t("floor.noAgents")} />
      ) : shown.length === 0 ? (
        <PlainState icon="people" title={t("floor.noneMatch")} />
      ) : (
        <Cells agents={shown} />
      )}
    </section>
  );
}

function Cells({ agents }: { agents: readonly AgentRow[] }) {
  const [asked, setAsked] = useState<AgentRow | null>(null);
  return (
    <>
      {asked === null ? null : (
        <Suspense fallback={null}>
          <TelephoneDialog agent={asked} close={() => setAsked(null)} />
        </Suspense>
      )}
      <ul className="agent-grid">
        {agents.map((agent) => (
          <li key={agent.agentId} className="agent-cell brand-stripe" style={brandStyle(agent.brand?.color ?? "")}>
            <span className="row">
              <strong className="clip grow">{agent.name}</strong>
              {agent.since === null ? null : <Elapsed since={agent.since} />}
            </span>
            <span className="row small">
              <StateMark state={agent.state} reason={agent.reason} />
              <span className="grow" />
              <RingsAt agent={agent} open={() => setAsked(agent)} />
            </span>
            {agent.brand === null ? null : (
              <span className="row small">
                <BrandMark name={agent.brand.name} color={agent.brand.color} />
                <span className="grow" />
                <Why agent={agent} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where the agent's calls ring: the number outside, or the browser, which is the usual and therefore quiet. */
function RingsAt({ agent, open }: { agent: AgentRow; open: () => void }) {
  const { t } = useTranslation();
  const shown = usePhoneText();
  const { telephone } = agent;
  const number = telephone === undefined ? null : shown(telephone.number);
  const name = t("floor.telephoneOf", { name: agent.name });
  return (
    <button
      type="button"
      className={`button plain telephone-button ${telephone === undefined ? "square quiet" : ""}`}
      aria-label={number === null ? name : `${name}: ${number}`}
      title={t(telephone === undefined ? "floor.telephoneHere" : "floor.telephoneOutside")}
      onClick={open}
    >
      <Icon name={telephone === undefined ? "headset" : "handset"} />
      {number}
    </button>
  );
}

/** To the decision that gave the agent this contact. */
function Why({ agent: { tenantId, contactId } }: { agent: AgentRow }) {
  const { t } = useTranslation();
  if (tenantId === null || contactId === null) return null;
  return (
    <Link className="why-link" to="/floor/contacts/$tenantId/$contactId" params={{ tenantId, contactId }}>
      {t("floor.why")}
    </Link>
  );
}
