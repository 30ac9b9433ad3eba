import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { RoutedContact } from "../../src/features/contacts/schema.ts";
import { read } from "../api/http.ts";
import { OutcomeMark } from "../contact/parts.tsx";
import { type FactRow, Story } from "../contact/story.tsx";
import { Crumbs } from "../design/crumbs.tsx";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";

/** While the contact is live its facts are still coming. */
const LOOK_EVERY_MS = 3_000;

/** How one contact was routed, with the names of all clients that were compared: the house's own view. */
export function RoutedContactPage() {
  const { t } = useTranslation();
  const { tenantId = "", contactId = "" } = useParams({ strict: false });
  const contact = useQuery({
    queryKey: ["floor", "contact", tenantId, contactId],
    queryFn: ({ signal }) =>
      read<RoutedContact>(
        `/api/floor/contacts/${encodeURIComponent(tenantId)}/${encodeURIComponent(contactId)}`,
        signal,
      ),
    refetchInterval: ({ state: { data } }) => (data?.outcome === null ? LOOK_EVERY_MS : false),
  });
  useEffect(() => {
    document.title = `${t("decision.title")} · ${t("app.name")}`;
  }, [t]);
  return (
    <div className="page">
      <Crumbs
        items={[
          { key: "floor", item: <Link to="/floor">{t("floor.title")}</Link> },
          { key: "contact", item: t("decision.title") },
        ]}
      />
      {contact.isPending ? (
        <Skeleton lines={10} height={20} />
      ) : contact.isError ? (
        <Trouble problem={contact.error} retry={() => void contact.refetch()} />
      ) : (
        <Routing contact={contact.data} />
      )}
    </div>
  );
}

function Routing({ contact }: { contact: RoutedContact }) {
  const { t } = useTranslation();
  const { names, passedOver } = contact;
  const namesAt = (fact: FactRow) => {
    const told = passedOver.find(({ seq }) => seq === fact.seq);
    return { ...names, ...(told === undefined ? {} : { passedOver: told.names.map((name) => ({ name })) }) };
  };
  return (
    <>
      <div className="page-head">
        <h1>{t("decision.contactOf", { client: contact.tenantName })}</h1>
        {contact.queueName === null ? null : <span className="quiet">{contact.queueName}</span>}
        <OutcomeMark outcome={contact.outcome} />
      </div>
      <section className="panel" aria-labelledby="routing-title">
        <h2 id="routing-title">{t("contact.timeline")}</h2>
        <div className="panel-body">
          {contact.facts.length === 0 ? (
            <PlainState icon="list" title={t("decision.none")} />
          ) : (
            <Story facts={contact.facts} decisionNames={namesAt} />
          )}
        </div>
      </section>
    </>
  );
}
