import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { brandStyle, Field, PlainState } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { houseNow, onTick } from "../live/house-clock.ts";
import { Countdown, CountdownBar } from "../live/timers.tsx";
import { currentTongue } from "../words/words.ts";
import { cardQuery, type WrapUp, wrapUp } from "./card.ts";
import type { ActiveContact } from "./desk.ts";
import { useCanAct, useDesk, useDesktop } from "./desk-context.ts";
import { draftOf, dropDraft, useDraft, writeDraft } from "./drafts.ts";

export function WorkColumn() {
  const { t } = useTranslation();
  const contact = useDesk((state) => state.view?.contact ?? null);
  const offer = useDesk((state) => state.view?.offer ?? null);
  return (
    <section className="column work-column" aria-labelledby="work-title">
      <h2 id="work-title" className="column-title">
        {t("desktop.work")}
      </h2>
      {contact !== null ? (
        <WorkForm key={contact.contactId} contact={contact} />
      ) : offer !== null ? (
        <Script contactId={offer.contactId} greeting={offer.brand.greeting} color={offer.brand.color} />
      ) : (
        <PlainState icon="pencil" hint={t("desktop.workIdle")} />
      )}
    </section>
  );
}

function Script({ contactId, greeting, color }: { contactId: string; greeting: string; color: string }) {
  const { t } = useTranslation();
  const script = useQuery(cardQuery(contactId)).data?.script ?? null;
  return (
    <div className="script brand-stripe" style={brandStyle(color)}>
      <h3>{t("work.script")}</h3>
      <p>{greeting}</p>
      {script === null || script === greeting ? null : <p className="quiet">{script}</p>}
    </div>
  );
}

/**
 * Just before the house ends wrap-up by itself, what is written goes out, so that no note is lost to a timer. Of the house's
 * clock, which a page follows twice a second: time for a second try where the first fails.
 */
const LAST_MOMENT_MS = 1_500;
/** As the house keeps them. The field takes no more, also of what is pasted, and then says so. */
const NOTES_MAX = 4_000;

function hintOf(notes: string) {
  if (notes.length >= NOTES_MAX) return "work.notesFull";
  return notes === "" ? "work.notesHint" : "work.draftSaved";
}

function WorkForm({ contact }: { contact: ActiveContact }) {
  const { t } = useTranslation();
  const draft = useDraft(contact.contactId);
  const [missing, setMissing] = useState(false);
  const canAct = useCanAct();
  const wrapping = contact.stage === "wrap_up";
  const save = useMutation({
    mutationFn: (body: WrapUp) => wrapUp(contact.contactId, body),
    onSuccess: () => dropDraft(contact.contactId),
  });
  const submit = (then: "ready" | "not_ready"): void => {
    const { disposition, notes } = draftOf(contact.contactId);
    setMissing(disposition === "");
    if (!wrapping || disposition === "" || save.isPending) return;
    save.mutate({ disposition, notes, then, ...(then === "not_ready" ? { reason: "break" as const } : {}) });
  };
  // The agent stays for the house to end wrap-up: what was chosen for afterwards comes then, be it lunch or the end of the shift.
  const atTheEnd = (): void => {
    const { disposition, notes } = draftOf(contact.contactId);
    if (save.isPending || (disposition === "" && notes.trim() === "")) return;
    save.mutate({ disposition: disposition === "" ? null : disposition, notes, then: "stay" });
  };
  const error = missing && draft.disposition === "" ? t("work.dispositionMissing") : null;
  return (
    <div className="stack work-form">
      <Script contactId={contact.contactId} greeting={contact.brand.greeting} color={contact.brand.color} />
      <DispositionField contactId={contact.contactId} error={error} />
      <Field label={t("work.notes")} hint={t(hintOf(draft.notes))}>
        {(id, note) => (
          <textarea
            id={id}
            className="input notes"
            data-shortcut="notes"
            aria-describedby={note}
            maxLength={NOTES_MAX}
            value={draft.notes}
            onChange={(event) => writeDraft(contact.contactId, { notes: event.target.value })}
          />
        )}
      </Field>
      {wrapping && contact.wrapUpDeadline !== null ? (
        <WrapUpClock contact={contact} deadline={contact.wrapUpDeadline} isSaved={save.isSuccess} atTheEnd={atTheEnd} />
      ) : null}
      {wrapping && contact.wrapUpKind === "mandatory" ? (
        <p className="wrap-clock soft-wrap">
          <span className="state-mark tone-wrap">
            <Icon name="pencil" />
            {t("work.wrapUpMandatory")}
          </span>
        </p>
      ) : null}
      {wrapping && contact.wrapUpKind === "optional" ? <SkipWrapUp /> : null}
      {save.isError ? (
        <p className="field-error" role="alert">
          <Icon name="triangle" />
          {t("work.failed")} {troubleText(save.error)}
        </p>
      ) : null}
      <SaveButtons
        off={!wrapping || !canAct || save.isPending || save.isSuccess}
        saving={save.isPending}
        save={submit}
      />
    </div>
  );
}

/** Where the queue leaves wrap-up to the agent: ready at once, without an outcome. */
function SkipWrapUp() {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const canAct = useCanAct();
  return (
    <div className="row wrap">
      <button
        type="button"
        className="button"
        disabled={!canAct}
        onClick={() => void desk.choose({ to: "ready", reason: null })}
      >
        <Icon name="circle" />
        {t("work.skipWrapUp")}
      </button>
      <span className="small quiet">{t("work.skipWrapUpHint")}</span>
    </div>
  );
}

type SaveProps = { off: boolean; saving: boolean; save: (then: "ready" | "not_ready") => void };

function SaveButtons({ off, saving, save }: SaveProps) {
  const { t } = useTranslation();
  return (
    <div className="row wrap">
      <button
        type="button"
        className="button primary"
        data-shortcut="saveReady"
        disabled={off}
        onClick={() => save("ready")}
      >
        <Icon name="check" />
        {saving ? t("work.saving") : t("work.saveReady")}
      </button>
      <button
        type="button"
        className="button"
        data-shortcut="saveBreak"
        disabled={off}
        onClick={() => save("not_ready")}
      >
        <Icon name="cup" />
        {t("work.saveBreak")}
      </button>
    </div>
  );
}

function DispositionField({ contactId, error }: { contactId: string; error: string | null }) {
  const { t } = useTranslation();
  const draft = useDraft(contactId);
  const card = useQuery(cardQuery(contactId));
  const tongue = currentTongue();
  return (
    <Field label={t("work.disposition")} error={error}>
      {(id, note) => (
        <select
          id={id}
          className="input"
          data-shortcut="disposition"
          required
          aria-describedby={note}
          aria-invalid={error !== null}
          value={draft.disposition}
          onChange={(event) => writeDraft(contactId, { disposition: event.target.value })}
        >
          <option value="">{t("work.dispositionChoose")}</option>
          {(card.data?.dispositions ?? []).map((one) => (
            <option key={one.code} value={one.code}>
              {one.success ? `${one.label[tongue]} (${t("work.success")})` : one.label[tongue]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function WrapUpClock({
  contact,
  deadline,
  isSaved,
  atTheEnd,
}: {
  contact: ActiveContact;
  deadline: number;
  isSaved: boolean;
  atTheEnd: () => void;
}) {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const canAct = useCanAct();
  const left = useDesk((state) => state.view?.extensionsLeft ?? 0);
  const [from] = useState(houseNow);
  const latest = useRef(atTheEnd);
  latest.current = atTheEnd;
  // By the clock alone: a page that tried again at each new drawing would never rest once the house is away.
  useEffect(
    () =>
      onTick((now) => {
        const left = deadline - now;
        if (left > 0 && left <= LAST_MOMENT_MS) latest.current();
      }),
    [deadline],
  );
  return (
    <div className="wrap-clock soft-wrap" data-testid="wrap-up">
      <span className="state-mark tone-wrap">
        <Icon name="pencil" />
        {t("work.wrapUp")}
      </span>
      <span className="grow">
        <CountdownBar from={from} until={deadline} />
      </span>
      <strong className="tone-wrap">
        <Countdown until={deadline} label={t("work.wrapUpLeft")} />
      </strong>
      <button
        type="button"
        className="button"
        disabled={!canAct || left === 0 || isSaved}
        onClick={() => desk.extendWrapUp(contact.reservationId)}
      >
        <Icon name="clock" />
        {t("work.extend")}
      </button>
    </div>
  );
}
