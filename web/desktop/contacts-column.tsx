import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { BrandMark, brandStyle, PlainState } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { CountdownRing, Elapsed } from "../live/timers.tsx";
import { type ActiveContact, type Offer, shownState } from "./desk.ts";
import { useCanAct, useDesk, useDesktop, usePhoneWorks } from "./desk-context.ts";

export function ContactsColumn() {
  const { t } = useTranslation();
  const offer = useDesk((state) => state.view?.offer ?? null);
  const contact = useDesk((state) => state.view?.contact ?? null);
  return (
    <section className="column contacts-column" aria-labelledby="contacts-title">
      <h2 id="contacts-title" className="column-title">
        {t("desktop.contacts")}
      </h2>
      {/* Read out once when a call arrives, without taking the focus from what is being typed. */}
      <div aria-live="assertive" className="unseen">
        {offer === null ? "" : `${t("desktop.incoming")} ${offer.brand.name} ${offer.queueName}`}
      </div>
      {offer === null ? null : <OfferCard key={offer.reservationId} offer={offer} />}
      {contact === null ? null : <ActiveCard contact={contact} />}
      {offer === null && contact === null ? <Idle /> : null}
    </section>
  );
}

function OfferCard({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const canAct = useCanAct();
  const accepting = useDesk((state) => state.accepting === offer.reservationId);
  return (
    <article className="offer brand-stripe arrives" style={brandStyle(offer.brand.color)} data-testid="offer">
      <div className="row">
        <span className="state-mark tone-ringing grow">
          <Icon name="ring" className="pulses" />
          {t("desktop.incoming")}
        </span>
        <CountdownRing from={offer.offeredAt} until={offer.deadline} label={t("desktop.offerEnds")} />
      </div>
      <p className="offer-name" data-testid="offer-brand">
        {offer.brand.name}
      </p>
      <p className="offer-greeting">
        <span className="small quiet">{t("desktop.sayName")}</span>
        {offer.brand.greeting}
      </p>
      <p className="offer-caller mono">
        <PhoneNumber value={offer.from} />
      </p>
      <dl className="facts">
        <dt>{t("desktop.queueName")}</dt>
        <dd>{offer.queueName}</dd>
        <dt>{t("desktop.called")}</dt>
        <dd>
          <PhoneNumber value={offer.to} />
        </dd>
        <dt>{t("desktop.waited")}</dt>
        <dd>
          <Elapsed since={offer.queuedAt} />
        </dd>
      </dl>
      <div className="row offer-actions">
        <button
          type="button"
          className="button answer large grow"
          data-shortcut="answer"
          disabled={!canAct || accepting}
          onClick={() => desk.accept(offer.reservationId)}
        >
          <Icon name="handset" />
          {accepting ? t("desktop.answering") : t("desktop.answer")}
        </button>
        <button
          type="button"
          className="button large"
          data-shortcut="decline"
          disabled={!canAct || accepting}
          onClick={() => desk.decline(offer.reservationId)}
        >
          {t("desktop.decline")}
        </button>
      </div>
    </article>
  );
}

function ActiveCard({ contact }: { contact: ActiveContact }) {
  const { t } = useTranslation();
  const wrap = contact.stage === "wrap_up";
  const held = contact.stage === "held";
  const word = {
    connecting: "call.connecting",
    talking: "call.talking",
    held: "call.held",
    wrap_up: "state.wrap_up",
  } as const;
  return (
    <article className="active-card brand-stripe arrives" style={brandStyle(contact.brand.color)} data-testid="active">
      <div className="row">
        <span className={`state-mark grow tone-${wrap ? "wrap" : held ? "idle" : "contact"}`}>
          <Icon name={wrap ? "pencil" : held ? "pause" : "handset"} />
          {t(word[contact.stage])}
        </span>
        {contact.answeredAt !== null && !wrap ? <Elapsed since={contact.answeredAt} /> : null}
      </div>
      <p className="active-name">
        <BrandMark name={contact.brand.name} color={contact.brand.color} />
      </p>
      <p className="mono">
        <PhoneNumber value={contact.from} />
      </p>
      <p className="small quiet">{contact.queueName}</p>
    </article>
  );
}

function Idle() {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const shown = useDesk((state) => shownState(state)?.state ?? null);
  const reason = useDesk((state) => shownState(state)?.reason ?? null);
  const canAct = useCanAct();
  const works = usePhoneWorks();
  if (shown === null) return null;
  if (shown === "ready") return <PlainState icon="inbox" title={t("desktop.readyWaiting")} />;
  if (shown === "reserved" || shown === "ringing") return null;
  const look =
    shown === "off_shift"
      ? { icon: "hollow" as const, title: t("state.off_shift"), hint: t("desktop.offShift") }
      : reason === "missed"
        ? { icon: "triangle" as const, title: t("desktop.missedTitle"), hint: t("desktop.missedHint") }
        : reason === "device"
          ? { icon: "triangle" as const, title: t("reason.device"), hint: t("desktop.deviceHint") }
          : { icon: "pause" as const, title: t("desktop.notReadyHint"), hint: t("desktop.sayReady") };
  return (
    <PlainState {...look}>
      <button
        type="button"
        className="button primary"
        data-shortcut="saveReady"
        disabled={!canAct || !works}
        onClick={() => void desk.choose({ to: "ready", reason: null })}
      >
        <Icon name="circle" />
        {t("desktop.goReady")}
      </button>
    </PlainState>
  );
}
