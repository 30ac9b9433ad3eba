import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ContactLine } from "../../src/features/billing/schema.ts";
import type { PortalContactPage as PageData } from "../../src/features/contacts/schema.ts";
import { read } from "../api/http.ts";
import { ContactLines } from "../billing/contact-lines.tsx";
import { Disposition, Legs, OutcomeMark, Recordings } from "../contact/parts.tsx";
import { Story } from "../contact/story.tsx";
import { Crumbs } from "../design/crumbs.tsx";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { dateTime, duration } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { lookAgainMs } from "./look-again.ts";
import "./portal.css";

type Page = PageData & { readonly lines?: readonly ContactLine[] };

export function PortalContactPage() {
  const { t } = useTranslation();
  const { contactId } = useParams({ strict: false });
  return (
    <div className="page">
      <Crumbs
        items={[
          {
            key: "contacts",
            item: (
              <Link to="/portal/contacts" search={{}}>
                {t("contacts.title")}
              </Link>
            ),
          },
          { key: "contact", item: t("contact.title") },
        ]}
      />
      <PortalContactBody contactId={contactId ?? ""} />
    </div>
  );
}

/** One contact as its own client sees it: what happened, what was said, what it cost. */
export function PortalContactBody({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const contact = useQuery({
    queryKey: ["portal", "contact", contactId],
    queryFn: ({ signal }) => read<Page>(`/api/portal/contacts/${encodeURIComponent(contactId)}`, signal),
    refetchInterval: ({ state: { data, dataUpdateCount } }) => lookAgainMs(dataUpdateCount, data?.contact ?? null),
  });
  useEffect(() => {
    document.title = `${t("contact.title")} · ${t("app.name")}`;
  }, [t]);
  if (contact.isPending) return <Skeleton lines={10} height={20} />;
  if (contact.isError) return <Trouble problem={contact.error} retry={() => void contact.refetch()} />;
  const { legs, recordings, lines } = contact.data;
  return (
    <>
      <div className="page-head">
        <h1>
          <PhoneNumber value={contact.data.contact.from} />
        </h1>
        <OutcomeMark outcome={contact.data.contact.outcome} />
      </div>
      <div className="contact-grid">
        <section className="panel" aria-labelledby="timeline-title">
          <h2 id="timeline-title">{t("contact.timeline")}</h2>
          <div className="panel-body">
            <TimeLine page={contact.data} />
          </div>
        </section>
        <div className="contact-side">
          <section className="panel" aria-labelledby="summary-title">
            <h2 id="summary-title">{t("contact.summary")}</h2>
            <div className="panel-body">
              <Summary contact={contact.data.contact} />
            </div>
          </section>
          {legs.length === 0 ? null : (
            <section className="panel" aria-labelledby="legs-title">
              <h2 id="legs-title">{t("contact.legs")}</h2>
              <div className="panel-body">
                <Legs legs={legs} />
              </div>
            </section>
          )}
          <section className="panel" aria-labelledby="recording-title">
            <h2 id="recording-title">{t("contact.recording")}</h2>
            <div className="panel-body">
              <Recordings
                rows={recordings}
                sourceOf={(sid) =>
                  `/api/portal/contacts/${encodeURIComponent(contactId)}/recordings/${encodeURIComponent(sid)}`
                }
              />
            </div>
          </section>
          {lines === undefined ? null : <ContactLines lines={lines} own />}
        </div>
      </div>
    </>
  );
}

function TimeLine({ page: { facts, contact, names } }: { page: Page }) {
  const { t } = useTranslation();
  if (facts.length === 0) return <PlainState icon="clock" title={t("portal.noToday")} />;
  return <Story facts={facts} disposition={contact.dispositionLabel} {...(names === undefined ? {} : { names })} />;
}

function Summary({ contact }: { contact: Page["contact"] }) {
  const { t } = useTranslation();
  const rows: [string, React.ReactNode][] = [
    [t("contacts.at"), dateTime(currentTongue(), contact.offeredAt)],
    [t("desktop.called"), <PhoneNumber key="to" value={contact.to} />],
    [t("contacts.brand"), contact.brandName],
    [t("contacts.queue"), contact.queueName],
    [t("contacts.agent"), contact.agentName],
    [t("contacts.waited"), contact.waitedMs === null ? null : duration(contact.waitedMs)],
    [t("contacts.talked"), contact.talkMs === 0 ? null : duration(contact.talkMs)],
    [t("state.wrap_up"), contact.wrapUpMs > 0 ? duration(contact.wrapUpMs) : null],
    [
      t("contacts.disposition"),
      contact.disposition === null ? null : (
        <Disposition key="disposition" code={contact.disposition} label={contact.dispositionLabel} />
      ),
    ],
    [t("work.notes"), contact.notes === "" ? null : contact.notes],
  ];
  return (
    <dl className="facts">
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name} className="facts-pair">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
