import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { RunView } from "../../src/features/billing/schema.ts";
import { read } from "../api/http.ts";
import { monthsBack } from "../billing/months.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { useDeed } from "../invoicing/deed.ts";
import { filled } from "../words/contracts.ts";
import { count, dateTime, month } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { MoneyHead } from "./money-head.tsx";
import "./money.css";

type Runs = {
  readonly items: readonly RunView[];
  readonly progress: { readonly [state in RunView["state"]]: number };
};
/** How often the page looks while contracts are still being worked off. */
const LOOK_EVERY_MS = 2_000;

/** A month's runs: how many contracts are done, what failed and why, and trying those again. */
export function RunsPage() {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).runs;
  const navigate = useNavigate();
  const { period: chosen }: { period?: string } = useSearch({ strict: false });
  const [now] = useState(() => new Date().toISOString().slice(0, 7));
  const period = chosen ?? now;
  const runs = useQuery({
    queryKey: ["billing", "runs", period],
    queryFn: ({ signal }) => read<Runs>(`/api/billing/runs?period=${period}`, signal),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && data.progress.queued + data.progress.running > 0 ? LOOK_EVERY_MS : false,
  });
  return (
    <div className="page">
      <MoneyHead here="runs" title={words.title}>
        <label className="row small quiet">
          {words.month}
          <select
            className="input range-input"
            value={period}
            onChange={(event) => void navigate({ to: "/billing/runs", search: { period: event.target.value } })}
          >
            {monthsBack(now, period).map((one) => (
              <option key={one} value={one}>
                {month(tongue, one)}
              </option>
            ))}
          </select>
        </label>
        <StartRuns period={period} />
      </MoneyHead>
      {runs.isPending ? (
        <Skeleton lines={6} height={18} />
      ) : runs.isError ? (
        <Trouble problem={runs.error} retry={() => void runs.refetch()} />
      ) : runs.data.items.length === 0 ? (
        <section className="panel" aria-label={words.title}>
          <PlainState icon="refresh" title={words.empty} hint={words.emptyHint} />
        </section>
      ) : (
        <Batch items={latestOf(runs.data.items)} />
      )}
    </div>
  );
}

/** The newest run of each contract: earlier ones were overtaken. The house answers newest first. */
function latestOf(items: readonly RunView[]): RunView[] {
  const seen = new Set<string>();
  return items.filter(({ tenantId, contract }) => {
    const key = `${tenantId} ${contract.zh} ${contract.en}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

function StartRuns({ period }: { period: string }) {
  const words = houseMoneyWords(currentTongue()).runs;
  // One batch for each opening of the page and month: pressed twice after a lost answer, it is begun once.
  const [batchId] = useState(() => crypto.randomUUID());
  const start = useDeed();
  return (
    <>
      <button
        type="button"
        className="button primary"
        disabled={start.isPending}
        onClick={() => start.mutate({ path: "/api/billing/run-batches", body: { period, batchId } })}
      >
        <Icon name="refresh" />
        {words.start}
      </button>
      {start.isError ? <Said problem={start.error} /> : null}
    </>
  );
}

function Said({ problem }: { problem: unknown }) {
  return (
    <span role="alert" className="state-mark tone-alarm small">
      <Icon name="triangle" />
      {troubleText(problem)}
    </span>
  );
}

function Batch({ items }: { items: readonly RunView[] }) {
  const words = houseMoneyWords(currentTongue()).runs;
  const of = (state: RunView["state"]): RunView[] => items.filter((it) => it.state === state);
  const [done, failed] = [of("done").length, of("failed")];
  const [queued, running] = [of("queued").length, of("running").length];
  const text = filled(words.progress, { done, total: items.length });
  return (
    <section className="panel" aria-label={words.title}>
      <div className="money-tail stack" role="status">
        <div className="row wrap">
          <strong>{text}</strong>
          {queued + running === 0 ? null : (
            <span className="quiet">{filled(words.waiting, { n: queued, running })}</span>
          )}
          {failed.length === 0 ? null : (
            <span className="state-mark tone-alarm">
              <Icon name="triangle" />
              {filled(words.failed, { n: failed.length })}
            </span>
          )}
          <span className="grow" />
          {failed.length > 1 ? <Retry runs={failed} label={words.retryAll} /> : null}
        </div>
        <progress className="allowance-bar" aria-label={text} max={items.length} value={done + failed.length} />
      </div>
      <RunsTable items={items} />
    </section>
  );
}

function Retry({ runs, label }: { runs: readonly RunView[]; label: string }) {
  const retry = useDeed();
  const all = (): void => {
    for (const { tenantId, id } of runs) {
      retry.mutate({ path: `/api/billing/tenants/${tenantId}/runs/${id}/retry` });
    }
  };
  return (
    <>
      <button type="button" className="button" disabled={retry.isPending} onClick={all}>
        <Icon name="refresh" />
        {label}
      </button>
      {retry.isError ? <Said problem={retry.error} /> : null}
    </>
  );
}

const LOOK: Record<RunView["state"], readonly [IconName, string]> = {
  queued: ["clock", "idle"],
  running: ["refresh", "contact"],
  done: ["check", "ready"],
  failed: ["triangle", "alarm"],
};

function RunsTable({ items }: { items: readonly RunView[] }) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).runs;
  const number = (value: number | null): string => (value === null ? "" : count(tongue, value));
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.client}</th>
            <th scope="col">{words.contract}</th>
            <th scope="col">{words.state}</th>
            {(["lines", "usage", "exceptions", "attempts"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {words[name]}
              </th>
            ))}
            <th scope="col">{words.finished}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((run) => (
            <tr key={run.id}>
              <td>
                {run.invoiceId === null ? (
                  run.tenantName
                ) : (
                  <Link
                    to="/billing/$tenantId/invoices/$invoiceId"
                    params={{ tenantId: run.tenantId, invoiceId: run.invoiceId }}
                  >
                    {run.tenantName}
                  </Link>
                )}
              </td>
              <td>{run.contract[tongue]}</td>
              <td>
                <RunState run={run} />
              </td>
              <td className="end">{number(run.lines)}</td>
              <td className="end">
                {number(run.usageRows)}
                <NotCharged run={run} />
              </td>
              <td className="end">{number(run.exceptions)}</td>
              <td className="end">{number(run.attempts)}</td>
              <td className="nowrap">{run.finishedAt === null ? "" : dateTime(tongue, run.finishedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** How much of the usage no price asks for; opens into the list that says of what kind it is. */
function NotCharged({ run: { notCharged } }: { run: RunView }) {
  const tongue = currentTongue();
  const n = Object.values(notCharged).reduce((sum, one) => sum + one, 0);
  if (n === 0) return null;
  return (
    <div className="small">
      <Link to="/billing/exceptions">{filled(houseMoneyWords(tongue).runs.notCharged, { n: count(tongue, n) })}</Link>
    </div>
  );
}

function RunState({ run }: { run: RunView }) {
  const words = houseMoneyWords(currentTongue()).runs;
  const [icon, tone] = LOOK[run.state];
  return (
    <div className="run-state">
      <span className={`state-mark tone-${tone}`}>
        <Icon name={icon} />
        {words.stateOf[run.state]}
        {run.outcome === null || run.state !== "done" ? "" : ` · ${words.outcome[run.outcome]}`}
      </span>
      {run.failure === null || run.state !== "failed" ? null : (
        <span className="small">{words.failure[run.failure]}</span>
      )}
      {run.state === "failed" ? <Retry runs={[run]} label={words.retry} /> : null}
    </div>
  );
}
