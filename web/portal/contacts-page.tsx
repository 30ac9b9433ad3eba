import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { OUTCOMES } from "../../src/domain/call/facts.ts";
import { isLocalDate } from "../../src/domain/kernel/calendar-days.ts";
import type { PortalContact } from "../../src/features/contacts/schema.ts";
import { read } from "../api/http.ts";
import { Disposition, OutcomeMark } from "../contact/parts.tsx";
import { DateField } from "../design/date-field.tsx";
import { Icon } from "../design/icons.tsx";
import { Field, PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { dateTime, duration, zoneName } from "../words/format.ts";
import { outcomeName } from "../words/outcome.ts";
import { currentTongue } from "../words/words.ts";
import { readersZone, startOfDay } from "../words/zone.ts";
import "./portal.css";

type ContactsPage = { readonly items: readonly PortalContact[]; readonly next: string | null };
type Filter = { q?: string; outcome?: string; from?: string; to?: string };

const PAGE = 50;

/** Days become instants here: the reader means whole days of the clock that the list is told in. */
function queryOf(filter: Filter, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (filter.q !== undefined) query.set("q", filter.q);
  if (filter.outcome !== undefined) query.set("outcome", filter.outcome);
  if (filter.from !== undefined) query.set("from", String(startOfDay(filter.from)));
  if (filter.to !== undefined) query.set("to", String(startOfDay(filter.to, 1)));
  if (cursor !== null) query.set("cursor", cursor);
  return query.toString();
}

/** An address may be written by hand: what is no day in it filters nothing. */
function readable({ from, to, ...filter }: Filter): Filter {
  return {
    ...filter,
    ...(from !== undefined && isLocalDate(from) ? { from } : {}),
    ...(to !== undefined && isLocalDate(to) ? { to } : {}),
  };
}

export function ContactsPage() {
  const { t } = useTranslation();
  const filter = readable(useSearch({ strict: false }));
  const contacts = useInfiniteQuery({
    queryKey: ["portal", "contacts", filter],
    queryFn: ({ pageParam, signal }) =>
      read<ContactsPage>(`/api/portal/contacts?${queryOf(filter, pageParam)}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: 15_000,
  });
  useEffect(() => {
    document.title = `${t("contacts.title")} · ${t("app.name")}`;
  }, [t]);
  const rows = contacts.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(filter).length > 0;
  const zone = readersZone();
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("contacts.title")}</h1>
        {zone === undefined ? null : (
          <span className="small quiet">
            {t("contacts.zone", { zone: zoneName(currentTongue(), zone, Date.now()) })}
          </span>
        )}
      </div>
      <FilterBar filter={filter} />
      <section className="panel" aria-label={t("contacts.title")}>
        {contacts.isPending ? (
          <div className="panel-body panel-pad">
            <Skeleton lines={8} height={18} />
          </div>
        ) : contacts.isError ? (
          <Trouble problem={contacts.error} retry={() => void contacts.refetch()} />
        ) : rows.length === 0 ? (
          filtered ? (
            <PlainState icon="search" title={t("contacts.noMatch")}>
              <Link to="/portal/contacts" search={{}} className="button">
                {t("contacts.clear")}
              </Link>
            </PlainState>
          ) : (
            <PlainState icon="inbox" title={t("contacts.title")} hint={t("contacts.empty")} />
          )
        ) : (
          <ContactsTable rows={rows} />
        )}
      </section>
      {contacts.hasNextPage ? (
        <div>
          <button
            type="button"
            className="button"
            disabled={contacts.isFetchingNextPage}
            onClick={() => void contacts.fetchNextPage()}
          >
            {t("contacts.more")}
          </button>
        </div>
      ) : null}
    </div>
  );
}

function FilterBar({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const change = (part: Filter): void => {
    const next = Object.fromEntries(Object.entries({ ...filter, ...part }).filter(([, value]) => value !== ""));
    void navigate({ to: "/portal/contacts", search: next, replace: true });
  };
  const isBackwards = filter.from !== undefined && filter.to !== undefined && filter.to < filter.from;
  return (
    <search className="filters">
      <Field label={t("contacts.searchLabel")}>
        {(id) => (
          <input
            id={id}
            className="input"
            type="search"
            placeholder={t("contacts.search")}
            defaultValue={filter.q ?? ""}
            onChange={(event) => change({ q: event.target.value.trim() })}
          />
        )}
      </Field>
      <Field label={t("contacts.outcome")}>
        {(id) => (
          <select
            id={id}
            className="input"
            value={filter.outcome ?? ""}
            onChange={(event) => change({ outcome: event.target.value })}
          >
            <option value="">{t("contacts.any")}</option>
            {OUTCOMES.map((outcome) => (
              <option key={outcome} value={outcome}>
                {t(`outcome.${outcomeName(outcome)}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <DateField
        label={t("contacts.from")}
        required={false}
        value={filter.from ?? ""}
        change={(from) => change({ from })}
      />
      <DateField
        label={t("contacts.to")}
        required={false}
        value={filter.to ?? ""}
        change={(to) => change({ to })}
        error={isBackwards ? t("fault.backwards") : null}
      />
    </search>
  );
}

function ContactsTable({ rows }: { rows: readonly PortalContact[] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <TableScroll>
      <table className="table contacts-table">
        <thead>
          <tr>
            <th scope="col">{t("contacts.at")}</th>
            <th scope="col">{t("contacts.caller")}</th>
            <th scope="col">{t("contacts.outcome")}</th>
            <th scope="col">{t("contacts.brand")}</th>
            <th scope="col">{t("contacts.queue")}</th>
            <th scope="col">{t("contacts.agent")}</th>
            <th scope="col" className="end">
              {t("contacts.waited")}
            </th>
            <th scope="col" className="end">
              {t("contacts.talked")}
            </th>
            <th scope="col">{t("contacts.disposition")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.contactId}>
              <td className="nowrap">
                <Link to="/portal/contacts/$contactId" params={{ contactId: row.contactId }}>
                  {dateTime(tongue, row.offeredAt)}
                </Link>
              </td>
              <td className="mono nowrap">
                <PhoneNumber value={row.from} />
              </td>
              <td>
                <OutcomeMark outcome={row.outcome} />
              </td>
              <td className="nowrap">{row.brandName}</td>
              <td className="nowrap">{row.queueName}</td>
              <td className="nowrap">{row.agentName}</td>
              <td className="end">{row.waitedMs === null ? "" : duration(row.waitedMs)}</td>
              <td className="end">{row.talkMs === 0 ? "" : duration(row.talkMs)}</td>
              <td>
                <span className="row contact-came-of">
                  <Disposition code={row.disposition} label={row.dispositionLabel} />
                  {row.hasRecording ? (
                    <span title={t("contact.recording")}>
                      <Icon name="mic" />
                      <span className="unseen">{t("contact.recording")}</span>
                    </span>
                  ) : null}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
