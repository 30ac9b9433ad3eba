import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { QueueSettings } from "../../src/features/queues/schema.ts";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { dateTime } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { ownQueuesQuery } from "./api.ts";
import { fieldName, valueText } from "./words.ts";
import "./queues.css";

const SHOWN = [
  "target",
  "strategy",
  "skills",
  "preferred",
  "relax",
  "priority",
  "tiers",
  "lastAgent",
  "namedAgent",
  "ringTimeoutS",
  "wrapUp",
] as const satisfies readonly (keyof QueueSettings)[];

/** How the house handles the client's own queues: to read, because the house answers for the floor. */
export function OwnQueuesPage() {
  const { t } = useTranslation();
  const own = useQuery(ownQueuesQuery);
  useEffect(() => {
    document.title = `${t("queues.ownTitle")} · ${t("app.name")}`;
  }, [t]);
  if (own.isPending) return <Skeleton lines={10} height={20} />;
  if (own.isError) return <Trouble problem={own.error} retry={() => void own.refetch()} />;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("queues.ownTitle")}</h1>
        <span className="quiet">{t("queues.ownHint")}</span>
      </div>
      {own.data.queues.length === 0 ? (
        <PlainState icon="list" title={t("queues.ownTitle")} hint={t("queues.empty")} />
      ) : (
        <div className="own-queues">
          {own.data.queues.map((queue) => (
            <section key={queue.queueId} className="panel" aria-labelledby={queue.queueId}>
              <h2 id={queue.queueId}>{queue.name}</h2>
              <div className="panel-body stack">
                <dl className="facts">
                  {SHOWN.map((field) => (
                    <div key={field} className="facts-pair">
                      <dt>{fieldName(t, field)}</dt>
                      <dd>{valueText(t, field, queue.settings[field], () => t("queues.anotherSite"))}</dd>
                    </div>
                  ))}
                </dl>
                {queue.changedAt === null ? null : (
                  <p className="small quiet">
                    {t("queues.lastChanged", { at: dateTime(currentTongue(), queue.changedAt) })}
                  </p>
                )}
              </div>
            </section>
          ))}
        </div>
      )}
    </div>
  );
}
