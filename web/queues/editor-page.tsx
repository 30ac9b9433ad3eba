import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueueList, QueueSettings, QueueView } from "../../src/features/queues/schema.ts";
import { ApiProblem } from "../api/http.ts";
import { AskLoss, AskNewest, type Loss } from "../design/ask.tsx";
import { Crumbs } from "../design/crumbs.tsx";
import { Icon } from "../design/icons.tsx";
import { BrandMark, PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { useUnsaved } from "../design/unsaved.tsx";
import { dateTime } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { changesQuery, publishAgain, queuesQuery, saveQueue } from "./api.ts";
import { faultsOf } from "./faults.ts";
import { OfferForm, OrderForm, RelaxForm, SeatForm, TargetForm } from "./forms.tsx";
import { NotLive } from "./parts.tsx";
import { fieldName, settingLosses, valueText } from "./words.ts";
import "./queues.css";

export function QueueEditorPage() {
  const { t } = useTranslation();
  const { tenantId, queueId } = useParams({ strict: false });
  const list = useQuery(queuesQuery);
  useEffect(() => {
    document.title = `${t("queues.editTitle")} · ${t("app.name")}`;
  }, [t]);
  if (list.isPending) return <Skeleton lines={12} height={24} />;
  if (list.isError) return <Trouble problem={list.error} retry={() => void list.refetch()} />;
  const queue = list.data.queues.find((one) => one.queueId === queueId && one.tenantId === tenantId);
  if (queue === undefined) {
    return <PlainState page icon="search" title={t("trouble.notFoundItem")} hint={t("trouble.notFoundHint")} />;
  }
  return (
    <div className="page">
      <Crumbs
        items={[
          { key: "queues", item: <Link to="/queues">{t("queues.title")}</Link> },
          { key: "queue", item: queue.name },
        ]}
      />
      <div className="page-head">
        <h1>{queue.name}</h1>
        <BrandMark name={queue.tenantName} color={queue.color} />
      </div>
      <div className="queue-grid">
        <Editor queue={queue} list={list.data} />
        <div className="queue-side">
          <FiledDifferences queue={queue} list={list.data} />
          <History queue={queue} list={list.data} />
        </div>
      </div>
    </div>
  );
}

/** The draft belongs to the version it was begun from: a newer one is shown only when the reader asks for it. */
function Editor({ queue, list }: { queue: QueueView; list: QueueList }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [base, setBase] = useState(queue);
  const [draft, setDraft] = useState(queue.settings);
  const save = useMutation({
    mutationFn: () => saveQueue(base, draft),
    onSuccess: ({ queue: saved }) => {
      setBase(saved);
      setDraft(saved.settings);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["queues"] }),
  });
  const again = useMutation({ mutationFn: publishAgain });
  const faults = faultsOf(t, draft);
  const changed = JSON.stringify(draft) !== JSON.stringify(base.settings);
  const change = (part: Partial<QueueSettings>) => {
    save.reset();
    setDraft((before) => ({ ...before, ...part }));
  };
  const losses = () => settingLosses(t, draft, base.settings, poolNames(list));
  const leaving = useUnsaved(losses);
  const takeNewest = () => {
    save.reset();
    setBase(queue);
    setDraft(queue.settings);
  };
  const overtaken = queue.version > base.version;
  const form = { draft, change, faults, list };
  return (
    <form
      className="queue-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && faults.size === 0 && !save.isPending) save.mutate();
      }}
    >
      {overtaken ? <Overtaken queue={queue} losses={losses} takeNewest={takeNewest} /> : null}
      <SeatForm {...form} />
      <RelaxForm {...form} poolId={queue.poolId} />
      <OrderForm {...form} />
      <OfferForm {...form} />
      <TargetForm {...form} />
      {save.data?.live === false && again.data?.live !== true ? <NotLive again={() => again.mutate()} /> : null}
      {save.isError && !isOvertaken(save.error) ? (
        <p className="field-error" role="alert">
          <Icon name="triangle" />
          {troubleText(save.error)}
        </p>
      ) : null}
      <div className="save-bar">
        <button
          type="submit"
          className="button primary"
          disabled={!changed || faults.size > 0 || overtaken || save.isPending}
        >
          <Icon name="check" />
          {t("queues.saveLive")}
        </button>
        <Discard changed={changed} losses={losses} discard={() => setDraft(base.settings)} />
        <SaveState faults={faults.size} changed={changed} saved={save.isSuccess && save.data.live} />
      </div>
      {leaving}
    </form>
  );
}

type Losses = () => readonly Loss[];

/** Asked twice: changes that were thrown away are nowhere. */
function Discard({ changed, losses, discard }: { changed: boolean; losses: Losses; discard: () => void }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<readonly Loss[] | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <button type="button" className="button" disabled={!changed} onClick={() => setAsked(losses())}>
        {t("queues.discard")}
      </button>
      {asked === null ? null : (
        <AskLoss
          title={t("loss.discard")}
          note={t("loss.discardNote")}
          losses={asked}
          close={close}
          deed={t("loss.throwAway")}
          act={() => {
            close();
            discard();
          }}
        />
      )}
    </>
  );
}

function SaveState({ faults, changed, saved }: { faults: number; changed: boolean; saved: boolean }) {
  const { t } = useTranslation();
  if (faults > 0) {
    return (
      <span className="state-mark tone-alarm" role="status">
        <Icon name="triangle" />
        {t("queues.faultCount", { n: String(faults) })}
      </span>
    );
  }
  if (saved && !changed) {
    return (
      <span className="state-mark tone-ready" role="status">
        <Icon name="check" />
        {t("queues.inForce")}
      </span>
    );
  }
  return <span className="small quiet">{t(changed ? "queues.takesEffect" : "queues.unchanged")}</span>;
}

function isOvertaken(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === "changed_meanwhile";
}

type OvertakenProps = { queue: QueueView; losses: Losses; takeNewest: () => void };

function Overtaken({ queue, losses, takeNewest }: OvertakenProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<readonly Loss[] | null>(null);
  const newest = () => (losses().length === 0 ? takeNewest() : setAsked(losses()));
  return (
    <>
      <p className="banner soft-ringing" role="alert">
        <Icon name="triangle" />
        <span className="grow">{t("queues.overtaken", { by: queue.changedBy ?? t("queues.theFiles") })}</span>
        <button type="button" className="button" onClick={newest}>
          <Icon name="refresh" />
          {t("queues.takeNewest")}
        </button>
      </p>
      {asked === null ? null : <AskNewest losses={asked} take={takeNewest} close={() => setAsked(null)} />}
    </>
  );
}

type About = { queue: QueueView; list: QueueList };

const poolNames =
  ({ pools }: QueueList) =>
  (id: string) =>
    pools.find(({ poolId }) => poolId === id)?.name ?? id;

/** Where the console has changed what the files say, so that nobody is surprised by either. */
function FiledDifferences({ queue, list }: About) {
  const { t } = useTranslation();
  if (queue.filed.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="filed-title">
      <h2 id="filed-title">{t("queues.filedTitle")}</h2>
      <div className="panel-body stack">
        <p className="small quiet">{t("queues.filedHint")}</p>
        <dl className="facts">
          {queue.filed.map(({ field, value }) => (
            <div key={field} className="facts-pair">
              <dt>{fieldName(t, field)}</dt>
              <dd>{valueText(t, field, value, poolNames(list))}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}

function History({ queue, list }: About) {
  const { t } = useTranslation();
  const changes = useQuery(changesQuery(queue.tenantId, queue.queueId));
  return (
    <section className="panel" aria-labelledby="history-title">
      <h2 id="history-title">{t("queues.history")}</h2>
      <div className="panel-body">
        {changes.isPending ? (
          <Skeleton lines={3} />
        ) : changes.isError ? (
          <Trouble problem={changes.error} retry={() => void changes.refetch()} />
        ) : changes.data.items.length === 0 ? (
          <p className="quiet">{t("queues.noHistory")}</p>
        ) : (
          <ol className="history">
            {changes.data.items.map((item) => (
              <li key={item.at}>
                <strong>{item.by}</strong> <span className="quiet">{dateTime(currentTongue(), item.at)}</span>
                <ul>
                  {item.changes.map(({ field, from, to }) => (
                    <li key={field}>
                      {t("queues.fromTo", {
                        field: fieldName(t, field),
                        from: valueText(t, field, from, poolNames(list)),
                        to: valueText(t, field, to, poolNames(list)),
                      })}
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}
