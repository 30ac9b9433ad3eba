import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { Keypad } from "../design/keypad.tsx";
import { brandStyle, Field } from "../design/parts.tsx";
import { useStore } from "../live/store.ts";
import { Elapsed } from "../live/timers.tsx";
import { lookForMicrophone, openMicrophone, silence } from "../softphone/microphone.ts";
import type { CallerPhone, CallerState } from "./caller-phone.ts";
import type { DemoNumber } from "./demo-carrier.ts";

/** As the carrier wants it: what people put between the digits is left out. */
function bare(number: string): string {
  return number.replace(/[\s()-]/g, "");
}

function isNumber(number: string): boolean {
  return /^\+[1-9][0-9]{1,14}$/.test(bare(number));
}

/** Nothing, or the word that carriers send, is a caller who withholds the number. */
function isCaller(number: string): boolean {
  return isNumber(number) || bare(number) === "" || bare(number) === "anonymous";
}

type Props = { phone: CallerPhone; to: string; setTo: (to: string) => void; brand: DemoNumber | undefined };

/** Numbers reserved for fiction, one per caller one may want to play. */
const FIRST_CALLER = "+12025550143";

export function Handset({ phone, to, setTo, brand }: Props) {
  const { t } = useTranslation();
  const state = useStore(phone.state, (value) => value);
  const [from, setFrom] = useState(FIRST_CALLER);
  const [silent, setSilent] = useState(false);
  const live = state.stage === "dialing" || state.stage === "in_call" || state.stage === "with_agent";
  const [tried, setTried] = useState(false);
  const wrong = { to: !isNumber(to), from: !isCaller(from) };
  const call = async (): Promise<void> => {
    setTried(true);
    if (wrong.to || wrong.from) return;
    setTried(false);
    const seen = await lookForMicrophone(true);
    const opened = seen === "silent" ? silence() : await openMicrophone(true);
    const microphone = typeof opened === "string" ? silence() : opened;
    setSilent(microphone.kind === "silent");
    phone.dial(bare(to), bare(from), microphone);
  };
  const keys = (event: KeyboardEvent): void => {
    const typing = event.target instanceof HTMLInputElement;
    if (live && !typing && /^[0-9*#]$/.test(event.key)) phone.press(event.key);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: digits typed anywhere on the telephone are its keys; each has a button too
    <div className="handset brand-stripe" style={brandStyle(brand?.color ?? "")} onKeyDown={keys}>
      <div className="handset-screen" role="status" data-testid="phone-screen">
        <p className="handset-brand clip">{brand?.brandName ?? to}</p>
        <p className="row handset-stage">
          <StageWords state={state} />
        </p>
        <p className="mono handset-pressed">{state.pressed}</p>
      </div>
      {live ? <Keypad press={(digit) => phone.press(digit)} disabled={state.stage === "dialing"} /> : null}
      {live && silent ? <p className="small tone-ringing">{t("mic.silent")}</p> : null}
      {live ? (
        <div className="row">
          <button
            type="button"
            className="button large grow"
            aria-pressed={state.muted}
            disabled={state.stage === "dialing"}
            onClick={() => phone.mute(!state.muted)}
          >
            <Icon name={state.muted ? "micOff" : "mic"} />
            {t(state.muted ? "call.unmute" : "call.mute")}
          </button>
          <button type="button" className="button hang-up large grow" onClick={() => phone.hangUp()}>
            <Icon name="hangUp" />
            {t("call.hangUp")}
          </button>
        </div>
      ) : (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void call();
          }}
        >
          <Numbers to={to} setTo={setTo} from={from} setFrom={setFrom} wrong={tried ? wrong : null} />
          <button type="submit" className="button answer large" disabled={to === "" || state.line !== "open"}>
            <Icon name="handset" />
            {t("phone.call")}
          </button>
        </form>
      )}
    </div>
  );
}

type NumbersProps = {
  to: string;
  setTo: (to: string) => void;
  from: string;
  setFrom: (from: string) => void;
  wrong: { readonly to: boolean; readonly from: boolean } | null;
};

function Numbers({ to, setTo, from, setFrom, wrong }: NumbersProps) {
  const { t } = useTranslation();
  const said = (isWrong: boolean | undefined): string | null => (isWrong === true ? t("phone.badNumber") : null);
  return (
    <div className="stack">
      <Field label={t("phone.dialed")} error={said(wrong?.to)}>
        {(id, note) => (
          <input
            id={id}
            aria-describedby={note}
            aria-invalid={wrong?.to ?? false}
            className="input mono"
            inputMode="tel"
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("phone.from")} hint={t("phone.fromHint")} error={said(wrong?.from)}>
        {(id, note) => (
          <input
            id={id}
            className="input mono"
            inputMode="tel"
            aria-describedby={note}
            aria-invalid={wrong?.from ?? false}
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        )}
      </Field>
    </div>
  );
}

function StageWords({ state }: { state: CallerState }) {
  const { t } = useTranslation();
  if (state.line === "lost") {
    return (
      <span className="state-mark tone-alarm">
        <Icon name="plug" />
        {t("phone.offline")}
      </span>
    );
  }
  if (state.refused !== null && (state.stage === "idle" || state.stage === "ended")) {
    const { code, message } = state.refused;
    return (
      <span className="state-mark tone-alarm">
        <Icon name="triangle" />
        {code === "unknown_number" || code === "already_in_call"
          ? t(`phone.refused.${code}`)
          : t("phone.refused.other", { message })}
      </span>
    );
  }
  switch (state.stage) {
    case "idle":
      return <span className="quiet">{t("phone.ready")}</span>;
    case "dialing":
      return (
        <span className="state-mark tone-ringing">
          <Icon name="ring" className="pulses" />
          {t("phone.dialing")}
        </span>
      );
    case "ended":
      return (
        <span className="state-mark tone-idle">
          <Icon name="hangUp" />
          {t("phone.ended")}
          {state.endedWith === null ? null : <span className="quiet">{t(`phone.endedWith.${state.endedWith}`)}</span>}
        </span>
      );
    default:
      return (
        <>
          <span className={`state-mark tone-${state.held ? "idle" : "contact"}`}>
            <Icon name={state.held ? "pause" : "handset"} />
            {t(state.held ? "phone.held" : state.stage === "with_agent" ? "phone.withAgent" : "phone.inCall")}
          </span>
          {state.answeredAt === null ? null : <Elapsed since={state.answeredAt} />}
        </>
      );
  }
}
