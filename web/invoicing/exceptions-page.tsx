import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExceptionView } from "../../src/features/billing/schema.ts";
import { read } from "../api/http.ts";
import { usageWord } from "../billing/amounts.ts";
import { Crumbs } from "../design/crumbs.tsx";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { count, dateTime } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { useDeed } from "./deed.ts";
import { ReasonDialog } from "./dialogs.tsx";
import { NotChargedPanel } from "./not-charged.tsx";
import "./invoicing.css";

export function useExceptions(state: ExceptionView["state"]) {
  return useQuery({
    queryKey: ["billing", "exceptions", state],
    queryFn: ({ signal }) =>
      read<{ items: readonly ExceptionView[] }>(`/api/billing/exceptions?state=${state}`, signal),
  });
}

/** Usage that no run could bill by itself: why, and the three ways out. Nothing unrated is silent. */
export function ExceptionsPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<ExceptionView["state"]>("open");
  const exceptions = useExceptions(state);
  useEffect(() => {
    document.title = `${t("exceptions.title")} · ${t("app.name")}`;
  }, [t]);
  const all = (
    <Link to="/billing" search={{}}>
      {t("billing.title")}
    </Link>
  );
  return (
    <div className="page">
      <Crumbs
        items={[
          { key: "all", item: all },
          { key: "here", item: t("exceptions.title") },
        ]}
      />
      <div className="page-head">
        <h1>{t("exceptions.title")}</h1>
        {(["open", "resolved"] as const).map((one) => (
          <button key={one} type="button" className="button" aria-pressed={state === one} onClick={() => setState(one)}>
            {t(`exceptions.state.${one}`)}
          </button>
        ))}
      </div>
      <section className="panel" aria-label={t("exceptions.title")}>
        {exceptions.isPending ? (
          <div className="panel-body panel-pad">
            <Skeleton lines={5} height={18} />
          </div>
        ) : exceptions.isError ? (
          <Trouble problem={exceptions.error} retry={() => void exceptions.refetch()} />
        ) : exceptions.data.items.length === 0 ? (
          <PlainState icon="check" title={t(`exceptions.none.${state}`)} hint={t("exceptions.noneHint")} />
        ) : (
          <ExceptionsTable rows={exceptions.data.items} />
        )}
      </section>
      {state === "open" ? <NotChargedPanel /> : null}
    </div>
  );
}

function ExceptionsTable({ rows }: { rows: readonly ExceptionView[] }) {
  const { t } = useTranslation();
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("billing.tenant")}</th>
            <th scope="col">{t("exceptions.when")}</th>
            <th scope="col">{t("exceptions.what")}</th>
            <th scope="col">{t("exceptions.why")}</th>
            <th scope="col">{t("exceptions.out")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ExceptionRow key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function ExceptionRow({ row }: { row: ExceptionView }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <tr>
      <td>{row.tenantName}</td>
      <td className="nowrap">{dateTime(tongue, row.occurredAt)}</td>
      <td>
        {usageWord(t, row.kind)}
        {row.quantity === null ? "" : ` · ${count(tongue, row.quantity)}`}
        <div className="mono small quiet">{row.source}</div>
      </td>
      <td>
        {t(`exceptions.reason.${row.reason}`)}
        {row.note === null ? null : <div className="small quiet">{row.note}</div>}
      </td>
      <td>
        {row.resolution === null ? (
          <WaysOut row={row} />
        ) : (
          <span className="state-mark tone-ready">
            <Icon name="check" />
            {t(`exceptions.resolution.${row.resolution}`)}
          </span>
        )}
      </td>
    </tr>
  );
}

function WaysOut({ row }: { row: ExceptionView }) {
  const { t } = useTranslation();
  const [asked, ask] = useState<"accept" | "exclude" | null>(null);
  const path = `/api/billing/tenants/${row.tenantId}/exceptions/${row.id}/resolution`;
  const retry = useDeed();
  const deed = useDeed(() => ask(null));
  return (
    <div className="row wrap">
      <button
        type="button"
        className="button"
        disabled={retry.isPending}
        onClick={() => retry.mutate({ path, body: { what: "retry" } })}
      >
        <Icon name="refresh" />
        {t("exceptions.retry")}
      </button>
      <button type="button" className="button" onClick={() => ask("accept")}>
        {t("exceptions.accept")}
      </button>
      <button type="button" className="button" onClick={() => ask("exclude")}>
        {t("exceptions.exclude")}
      </button>
      {asked === null ? null : (
        <ReasonDialog
          title={t(`exceptions.${asked}`)}
          note={t(`exceptions.${asked}Note`)}
          doing={t(`exceptions.${asked}`)}
          pending={deed.isPending}
          problem={deed.error}
          close={() => ask(null)}
          submit={(note) => deed.mutate({ path, body: { what: asked, note } })}
        />
      )}
      {retry.isSuccess ? (
        <span role="status" className="small quiet">
          {t("exceptions.retried")}
        </span>
      ) : null}
    </div>
  );
}
