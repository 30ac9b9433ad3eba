import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PoolView, QueueView } from "../../src/features/queues/schema.ts";
import { Icon } from "../design/icons.tsx";
import { BrandMark, PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { clockTime, dateTime } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { decisionsQuery, publishAgain, queuesQuery, savePolicy } from "./api.ts";
import { NeedList, NotLive } from "./parts.tsx";
import { POLICY_NAMES, policyName, seconds, stepText, strategyName, targetText, wrapUpText } from "./words.ts";
import "./queues.css";

/** Every queue of every client, and whose caller each pool serves first. */
export function QueuesPage() {
  const { t } = useTranslation();
  const list = useQuery(queuesQuery);
  const [client, setClient] = useState("");
  useEffect(() => {
    document.title = `${t("queues.title")} · ${t("app.name")}`;
  }, [t]);
  if (list.isPending) return <Skeleton lines={10} height={24} />;
  if (list.isError) return <Trouble problem={list.error} retry={() => void list.refetch()} />;
  const { pools, queues } = list.data;
  const clients = [...new Map(queues.map(({ tenantId, tenantName }) => [tenantId, tenantName]))];
  const shown = queues.filter(({ tenantId }) => client === "" || tenantId === client);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("queues.title")}</h1>
        <select
          className="input client-select"
          aria-label={t("queues.client")}
          value={client}
          onChange={(event) => setClient(event.target.value)}
        >
          <option value="">{t("queues.allClients")}</option>
          {clients.map(([tenantId, name]) => (
            <option key={tenantId} value={tenantId}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Pools pools={pools} />
      <section className="panel" aria-labelledby="queues-title">
        <h2 id="queues-title">{t("queues.list")}</h2>
        {shown.length === 0 ? (
          <PlainState icon="list" title={t("queues.title")} hint={t("queues.empty")} />
        ) : (
          <QueueTable queues={shown} pools={pools} />
        )}
      </section>
      <DecisionLog />
    </div>
  );
}

/** The last seats that were given away, each with the way to why. */
function DecisionLog() {
  const { t } = useTranslation();
  const log = useQuery(decisionsQuery);
  return (
    <section className="panel" aria-labelledby="log-title">
      <h2 id="log-title">{t("decision.log")}</h2>
      {log.isPending ? (
        <div className="panel-body panel-pad">
          <Skeleton lines={4} />
        </div>
      ) : log.isError ? (
        <Trouble problem={log.error} retry={() => void log.refetch()} />
      ) : log.data.items.length === 0 ? (
        <PlainState icon="list" title={t("decision.log")} hint={t("decision.logEmpty")} />
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("decision.at")}</th>
                <th scope="col">{t("queues.client")}</th>
                <th scope="col">{t("contacts.agent")}</th>
                <th scope="col">{t("decision.title")}</th>
              </tr>
            </thead>
            <tbody>
              {log.data.items.map((item) => (
                <tr key={`${item.contactId}-${String(item.at)}-${item.agentName}`}>
                  <td className="nowrap">{clockTime(currentTongue(), item.at)}</td>
                  <td>{item.tenantName}</td>
                  <td>{item.agentName}</td>
                  <td>
                    <Link
                      to="/floor/contacts/$tenantId/$contactId"
                      params={{ tenantId: item.tenantId, contactId: item.contactId }}
                    >
                      {t("decision.open")}
                    </Link>
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

function Pools({ pools }: { pools: readonly PoolView[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="pools-title">
      <h2 id="pools-title">{t("queues.pools")}</h2>
      <ul className="panel-body stack">
        {pools.map((pool) => (
          <PoolRow key={pool.poolId} pool={pool} />
        ))}
      </ul>
    </section>
  );
}

function PoolRow({ pool }: { pool: PoolView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [wanted, setWanted] = useState(pool.policy);
  const refresh = () => client.invalidateQueries({ queryKey: ["queues"] });
  const save = useMutation({
    mutationFn: () => savePolicy(pool, wanted),
    onSettled: refresh,
  });
  const again = useMutation({ mutationFn: publishAgain });
  const notLive = save.data?.live === false && again.data?.live !== true;
  return (
    <li className="stack">
      <div className="row wrap">
        <strong>{pool.name}</strong>
        <span className="quiet">{pool.site}</span>
        <label className="row">
          {t("queues.policyLabel")}
          <select
            className="input policy-select"
            value={wanted}
            onChange={(event) => setWanted(POLICY_NAMES.find((name) => name === event.target.value) ?? "fifo")}
          >
            {POLICY_NAMES.map((name) => (
              <option key={name} value={name}>
                {t(`queues.policy.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button"
          disabled={wanted === pool.policy || save.isPending}
          onClick={() => save.mutate()}
        >
          <Icon name="check" />
          {t("app.save")}
        </button>
        {save.isSuccess && !notLive && wanted === pool.policy ? (
          <span className="state-mark tone-ready" role="status">
            <Icon name="check" />
            {t("queues.inForce")}
          </span>
        ) : null}
      </div>
      <p className="small quiet">{t(`queues.policyMeaning.${wanted}`)}</p>
      {pool.filed === null ? null : (
        <p className="small tone-ringing">{t("queues.poolFiled", { policy: policyName(t, pool.filed) })}</p>
      )}
      {pool.changedAt === null || pool.changedBy === null ? null : (
        <p className="small quiet">
          {t("queues.changedBy", { by: pool.changedBy, at: dateTime(currentTongue(), pool.changedAt) })}
        </p>
      )}
      {notLive ? <NotLive again={() => again.mutate()} /> : null}
      {save.isError ? (
        <p className="field-error" role="alert">
          <Icon name="triangle" />
          {troubleText(save.error)}
        </p>
      ) : null}
    </li>
  );
}

function QueueTable({ queues, pools }: { queues: readonly QueueView[]; pools: readonly PoolView[] }) {
  const { t } = useTranslation();
  const poolName = (id: string) => pools.find(({ poolId }) => poolId === id)?.name ?? id;
  const heads = ["client", "queue", "strategy", "skills", "relax", "order", "ring", "wrapUp", "target"] as const;
  return (
    <TableScroll>
      <table className="table queues-table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`queues.head.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <QueueLine key={queue.queueId} queue={queue} poolName={poolName} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function QueueLine({ queue, poolName }: { queue: QueueView; poolName: (id: string) => string }) {
  const { t } = useTranslation();
  const { settings } = queue;
  return (
    <tr>
      <td>
        <BrandMark name={queue.tenantName} color={queue.color} />
      </td>
      <td>
        <Link
          to="/queues/$tenantId/$queueId"
          params={{ tenantId: queue.tenantId, queueId: queue.queueId }}
          className="queue-link"
        >
          {queue.name}
        </Link>
        {queue.filed.length === 0 ? null : (
          <span className="small tone-ringing filed-mark">
            <Icon name="pencil" />
            {t("queues.changedHere")}
          </span>
        )}
      </td>
      <td>{strategyName(t, settings.strategy)}</td>
      <td>
        <NeedList needs={settings.skills} wishes={settings.preferred} />
      </td>
      <td>
        {settings.relax.length === 0 ? (
          <span className="quiet">–</span>
        ) : (
          <ul className="small">
            {settings.relax.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
              <li key={at}>{stepText(t, step, poolName)}</li>
            ))}
          </ul>
        )}
      </td>
      <td className="nowrap">{t("queues.pointsText", { n: String(settings.priority) })}</td>
      <td className="nowrap">{seconds(t, settings.ringTimeoutS)}</td>
      <td className="nowrap">{wrapUpText(t, settings)}</td>
      <td className="nowrap">{targetText(t, settings)}</td>
    </tr>
  );
}
