import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { Keypad } from "../design/keypad.tsx";
import { BrandMark } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { troubleText } from "../design/said.ts";
import { Elapsed } from "../live/timers.tsx";
import { hangUp, hold } from "./card.ts";
import type { ActiveContact } from "./desk.ts";
import { useCanAct, useDesk, useDesktop, usePhone, useTelephone } from "./desk-context.ts";

/** The call in hand, from every part of the desktop. Buttons stay where they are whether or not there is a call. */
export function CallBar({ keypad, toggleKeypad }: { keypad: boolean; toggleKeypad: () => void }) {
  const { t } = useTranslation();
  const contact = useDesk((state) => state.view?.contact ?? null);
  const live = contact !== null && contact.stage !== "wrap_up" ? contact : null;
  return (
    <section className="call-bar" aria-label={t("call.bar")}>
      {live === null ? (
        <>
          <span className="state-mark tone-idle grow">
            <Icon name="handset" />
            {t("call.none")}
          </span>
          <PhoneLine />
        </>
      ) : (
        <LiveCall key={live.contactId} contact={live} keypad={keypad} toggleKeypad={toggleKeypad} />
      )}
    </section>
  );
}

/** Whether this window's telephone could take a call. */
function PhoneLine() {
  const { t } = useTranslation();
  const line = usePhone((state) => state.line);
  const problem = usePhone((state) => state.problem);
  const telephone = useTelephone();
  if (telephone !== null) {
    return (
      <span role="status" className="state-mark small tone-ready" data-testid="phone-line">
        <Icon name="handset" />
        {t("desktop.telephone")} <PhoneNumber value={telephone.number} />
      </span>
    );
  }
  if (line === "off") return null;
  const look = {
    registering: { tone: "idle", icon: "refresh", text: t("mic.registering") },
    registered: { tone: "ready", icon: "check", text: t("mic.registered") },
    lost: { tone: "alarm", icon: "plug", text: t("mic.lost") },
    failed: { tone: "alarm", icon: "triangle", text: t("mic.failed", { why: problem ?? "" }) },
  } as const;
  const { tone, icon, text } = look[line];
  return (
    <span role="status" className={`state-mark small tone-${tone}`} data-testid="phone-line">
      <Icon name={icon} />
      {text}
    </span>
  );
}

function LiveCall({
  contact,
  keypad,
  toggleKeypad,
}: {
  contact: ActiveContact;
  keypad: boolean;
  toggleKeypad: () => void;
}) {
  const { t } = useTranslation();
  const { phone } = useDesktop();
  const canAct = useCanAct();
  const telephone = useTelephone();
  const muted = usePhone((state) => state.call?.muted ?? false);
  const inCall = usePhone((state) => state.call !== null);
  const [pressed, setPressed] = useState("");
  const { holding, ending, held } = useCallActions(contact);
  const connecting = contact.stage === "connecting";
  const problem = holding.error ?? ending.error;
  const press = (digit: string): void => {
    setPressed((before) => (before + digit).slice(-24));
    phone.press(digit);
  };
  return (
    <>
      <span className={`state-mark tone-${held ? "idle" : "contact"}`}>
        <Icon name={held ? "pause" : "handset"} />
        {t(connecting ? (telephone === null ? "call.connecting" : "call.pickUp") : held ? "call.held" : "call.talking")}
      </span>
      <strong className="call-timer" data-testid="call-timer">
        {contact.answeredAt === null ? "0:00" : <Elapsed since={contact.answeredAt} label={t("call.talking")} />}
      </strong>
      <BrandMark name={contact.brand.name} color={contact.brand.color} />
      {held && contact.heldAt !== null ? (
        <span className="quiet nowrap">
          {t("call.heldFor")} <Elapsed since={contact.heldAt} />
        </span>
      ) : null}
      <span className="grow">
        {problem === null ? null : (
          <span className="field-error" role="alert">
            {t("call.failed")}: {troubleText(problem)}
          </span>
        )}
      </span>
      <button
        type="button"
        className="button"
        data-shortcut="mute"
        aria-pressed={muted}
        disabled={!inCall}
        onClick={() => phone.mute(!muted)}
      >
        <Icon name={muted ? "micOff" : "mic"} />
        {t(muted ? "call.unmute" : "call.mute")}
      </button>
      <button
        type="button"
        className="button"
        data-shortcut="hold"
        aria-pressed={held}
        disabled={!canAct || connecting || holding.isPending}
        onClick={() => holding.mutate(!held)}
      >
        <Icon name={held ? "play" : "pause"} />
        {t(held ? "call.resume" : "call.hold")}
      </button>
      <span className="keypad-anchor">
        <button
          type="button"
          className="button"
          data-shortcut="keypad"
          aria-expanded={keypad}
          disabled={!inCall}
          onClick={toggleKeypad}
        >
          <Icon name="keypad" />
          {t("call.keypad")}
        </button>
        {keypad && inCall ? <KeypadPanel pressed={pressed} press={press} close={toggleKeypad} /> : null}
      </span>
      <button
        type="button"
        className="button hang-up"
        data-shortcut="hangUp"
        disabled={!canAct || ending.isPending}
        onClick={() => ending.mutate()}
      >
        <Icon name="hangUp" />
        {t("call.hangUp")}
      </button>
    </>
  );
}

function useCallActions(contact: ActiveContact) {
  const held = contact.stage === "held";
  const holding = useMutation({ mutationFn: (on: boolean) => hold(contact.contactId, on) });
  const ending = useMutation({ mutationFn: () => hangUp(contact.contactId) });
  return { holding, ending, held };
}

type KeypadProps = { pressed: string; press: (digit: string) => void; close: () => void };

/** Over the work column while it is wanted; Escape puts it away from wherever the focus is. */
function KeypadPanel({ pressed, press, close }: KeypadProps) {
  const { t } = useTranslation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.isComposing) close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [close]);
  return (
    <div className="keypad-panel arrives">
      <output className="mono keypad-shown" aria-label={t("call.pressed")}>
        {pressed}
      </output>
      <Keypad press={press} disabled={false} />
    </div>
  );
}
