import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { brandStyle, Field, PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { isWithheld, PhoneNumber } from "../design/phone-number.tsx";
import { troubleText } from "../design/said.ts";
import { dateTime } from "../words/format.ts";
import { outcomeName } from "../words/outcome.ts";
import { currentTongue } from "../words/words.ts";
import { addCustomerNote, type Card, type Customer, cardQuery, createCustomer, type HistoryRow } from "./card.ts";
import { useDesk } from "./desk-context.ts";
import { useDraft, writeDraft } from "./drafts.ts";

type InHand = { contactId: string; from: string; color: string };

export function CustomerColumn() {
  const { t } = useTranslation();
  const contact = useDesk((state) => state.view?.contact ?? state.view?.offer ?? null);
  return (
    <section className="column customer-column" aria-labelledby="customer-title">
      <h2 id="customer-title" className="column-title">
        {t("desktop.customer")}
      </h2>
      {contact === null ? (
        <PlainState icon="person" hint={t("desktop.idle")} />
      ) : (
        <ScreenPop
          key={contact.contactId}
          inHand={{ contactId: contact.contactId, from: contact.from, color: contact.brand.color }}
        />
      )}
    </section>
  );
}

/** One match opens, several are listed, none gives a form that already holds the number. */
function ScreenPop({ inHand }: { inHand: InHand }) {
  const { t } = useTranslation();
  const card = useQuery(cardQuery(inHand.contactId));
  const draft = useDraft(inHand.contactId);
  if (card.isPending) return <Skeleton lines={6} height={18} />;
  if (card.isError) return <Trouble problem={card.error} retry={() => void card.refetch()} />;
  const { customers, history, records } = card.data;
  if (records === "unavailable") {
    return <PlainState icon="person" hint={t("customer.recordsAway")} />;
  }
  const chosen =
    customers.find((one) => one.id === draft.customerId) ?? (customers.length === 1 ? customers[0] : undefined);
  const choose = (customerId: string | null): void => writeDraft(inHand.contactId, { customerId });
  return (
    <div className="stack brand-stripe pop" style={brandStyle(inHand.color)} data-testid="screen-pop">
      {chosen !== undefined ? (
        <CustomerView
          inHand={inHand}
          customer={chosen}
          {...(customers.length > 1 ? { other: () => choose(null) } : {})}
        />
      ) : customers.length > 1 ? (
        <CustomerChoice customers={customers} choose={choose} />
      ) : (
        <NewCustomer inHand={inHand} />
      )}
      <History rows={history} dispositions={card.data.dispositions} />
    </div>
  );
}

function CustomerChoice({ customers, choose }: { customers: readonly Customer[]; choose: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <p>{t("customer.several", { n: String(customers.length) })}</p>
      <ul className="choice-list">
        {customers.map((customer) => (
          <li key={customer.id}>
            <button type="button" className="button choice" onClick={() => choose(customer.id)}>
              <Icon name="person" />
              <span className="grow clip">{customer.name}</span>
              <Tier tier={customer.tier} />
              <Icon name="right" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const TIERS = ["standard", "silver", "gold", "platinum"] as const;

function Tier({ tier }: { tier: string }) {
  const { t } = useTranslation();
  const known = TIERS.find((one) => one === tier);
  return <span className="pill soft-contact tone-contact">{known === undefined ? tier : t(`tier.${known}`)}</span>;
}

function CustomerView({ inHand, customer, other }: { inHand: InHand; customer: Customer; other?: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <div className="row">
        <h3 className="customer-name clip">{customer.name}</h3>
        <Tier tier={customer.tier} />
        <span className="grow" />
        {other === undefined ? null : (
          <button type="button" className="button plain" onClick={other}>
            {t("customer.other")}
          </button>
        )}
      </div>
      <dl className="facts">
        {customer.points.map((point) => (
          <div key={`${point.kind}:${point.value}`} className="facts-pair">
            <dt>{t(`customer.${point.kind}`)}</dt>
            <dd className="mono">
              <PhoneNumber value={point.value} />
            </dd>
          </div>
        ))}
      </dl>
      <CustomerNotes inHand={inHand} customer={customer} />
    </div>
  );
}

function useCardChange(contactId: string) {
  const queries = useQueryClient();
  return (customer: Customer): void => {
    queries.setQueryData(cardQuery(contactId).queryKey, (card: Card | undefined) =>
      card === undefined
        ? card
        : { ...card, customers: [customer, ...card.customers.filter((one) => one.id !== customer.id)] },
    );
    writeDraft(contactId, { customerId: customer.id });
  };
}

function CustomerNotes({ inHand, customer }: { inHand: InHand; customer: Customer }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const changed = useCardChange(inHand.contactId);
  const add = useMutation({
    mutationFn: (note: string) => addCustomerNote(inHand.contactId, customer.id, note),
    onSuccess: (fresh) => {
      changed(fresh);
      setText("");
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== "") add.mutate(text.trim());
  };
  return (
    <div className="stack">
      <h3>{t("customer.notes")}</h3>
      {customer.notes.length === 0 ? <p className="small quiet">{t("customer.noNotes")}</p> : null}
      <ul className="note-list">
        {customer.notes.map((note) => (
          <li key={note.id}>
            <p>{note.text}</p>
            <p className="small quiet">
              {dateTime(currentTongue(), note.at)}
              {note.authorName === null ? "" : ` · ${note.authorName}`}
            </p>
          </li>
        ))}
      </ul>
      <form className="row note-form" onSubmit={submit}>
        <input
          className="input"
          aria-label={t("customer.addNote")}
          placeholder={t("customer.notesHint")}
          value={text}
          maxLength={4_000}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={add.isPending || text.trim() === ""}>
          {t("customer.addNote")}
        </button>
      </form>
      {add.isError ? (
        <p className="field-error" role="alert">
          <Icon name="triangle" />
          {troubleText(add.error)}
        </p>
      ) : null}
    </div>
  );
}

function NewCustomer({ inHand }: { inHand: InHand }) {
  const { t } = useTranslation();
  const [missing, setMissing] = useState(false);
  const changed = useCardChange(inHand.contactId);
  const create = useMutation({
    mutationFn: (body: { name: string; phone: string | null; note: string | null }) =>
      createCustomer(inHand.contactId, body),
    onSuccess: changed,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name") ?? "").trim();
    setMissing(name === "");
    if (name === "") return;
    const note = String(form.get("note") ?? "").trim();
    const phone = String(form.get("phone") ?? "").trim();
    create.mutate({ name, phone: phone === "" ? null : phone, note: note === "" ? null : note });
  };
  const error = missing ? t("customer.nameMissing") : create.isError ? troubleText(create.error) : null;
  return (
    <form className="stack new-customer" onSubmit={submit} noValidate>
      <h3 className="customer-name">{t("customer.noneTitle")}</h3>
      <p className="small quiet">{t(isWithheld(inHand.from) ? "customer.withheldHint" : "customer.noneHint")}</p>
      <div className="two">
        <Field label={t("customer.name")} error={error}>
          {(id, note) => (
            <input
              id={id}
              name="name"
              className="input"
              maxLength={120}
              autoComplete="off"
              aria-describedby={note}
              aria-invalid={error !== null}
            />
          )}
        </Field>
        <PhoneField from={inHand.from} />
      </div>
      <Field label={t("customer.notes")}>
        {(id) => (
          <input id={id} name="note" className="input" maxLength={4_000} placeholder={t("customer.notesHint")} />
        )}
      </Field>
      <div>
        <button type="submit" className="button" disabled={create.isPending}>
          <Icon name="plus" />
          {t("customer.create")}
        </button>
      </div>
    </form>
  );
}

function PhoneField({ from }: { from: string }) {
  const { t } = useTranslation();
  const withheld = isWithheld(from);
  return (
    <Field label={t("customer.phone")} {...(withheld ? { hint: t("customer.phoneOptional") } : {})}>
      {(id, note) => (
        <input
          id={id}
          name="phone"
          className="input mono"
          autoComplete="off"
          aria-describedby={note}
          placeholder={withheld ? t("app.withheld") : undefined}
          defaultValue={withheld ? "" : from}
        />
      )}
    </Field>
  );
}

function History({ rows, dispositions }: { rows: readonly HistoryRow[]; dispositions: Card["dispositions"] }) {
  const { t } = useTranslation();
  const came = ({ disposition }: HistoryRow): string | null =>
    disposition === "auto"
      ? t("app.endedByTimer")
      : (dispositions.find((one) => one.code === disposition)?.label[currentTongue()] ?? disposition);
  return (
    <div className="stack history">
      <h3>{t("customer.history")}</h3>
      {rows.length === 0 ? <p className="small quiet">{t("customer.noHistory")}</p> : null}
      <ol className="history-list">
        {rows.map((row) => (
          <li key={row.contactId}>
            <span className="nowrap">{dateTime(currentTongue(), row.at)}</span>
            <span>{t(`outcome.${outcomeName(row.outcome)}`)}</span>
            <span className="clip grow quiet">{[came(row), row.agentName].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
