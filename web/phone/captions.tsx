import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { useStore } from "../live/store.ts";
import { clockTime } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import type { CallerPhone } from "./caller-phone.ts";
import { useSpokenCaptions } from "./spoken.ts";

/** What the line says, sentence by sentence: the call can be followed without sound. */
export function Captions({ phone }: { phone: CallerPhone }) {
  const { t } = useTranslation();
  const captions = useStore(phone.state, (state) => state.captions);
  const listening = useStore(phone.state, (state) => state.listening);
  const [aloud, setAloud] = useState(false);
  const [words, setWords] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const last = captions.at(-1);
  useSpokenCaptions(last, aloud);
  useEffect(() => {
    if (last !== undefined) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [last]);
  const say = (event: FormEvent): void => {
    event.preventDefault();
    if (words.trim() !== "") phone.speak(words.trim());
    setWords("");
  };
  return (
    <section className="panel" aria-labelledby="captions-title">
      <div className="row captions-head">
        <h2 id="captions-title" className="grow">
          {t("phone.captions")}
        </h2>
        <label className="row small switch">
          <input type="checkbox" checked={aloud} onChange={(event) => setAloud(event.target.checked)} />
          <Icon name="speaker" />
          {t("phone.speak")}
        </label>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard */}
      <ol ref={list} className="captions" aria-live="polite" data-testid="captions" tabIndex={0}>
        {captions.length === 0 ? <li className="quiet">{t("phone.noCaptions")}</li> : null}
        {captions.map((caption) => (
          <li key={caption.id} className="arrives" {...(caption.language === null ? {} : { lang: caption.language })}>
            <time className="small quiet">{clockTime(currentTongue(), caption.at)}</time>
            <span>
              {caption.text !== "" ? caption.text : t(caption.kind === "music" ? "phone.music" : "phone.play")}
            </span>
          </li>
        ))}
      </ol>
      {listening === null ? null : (
        <form className="listening soft-contact" onSubmit={say}>
          <span className="state-mark tone-contact">
            <Icon name="mic" className="pulses" />
            {t(listening === "record" ? "phone.recording" : "phone.listening")}
          </span>
          {listening === "gather" ? (
            <span className="row">
              <input
                className="input"
                aria-label={t("phone.say")}
                placeholder={t("phone.sayHint")}
                value={words}
                onChange={(event) => setWords(event.target.value)}
              />
              <button type="submit" className="button">
                {t("phone.sendSpeech")}
              </button>
            </span>
          ) : null}
        </form>
      )}
    </section>
  );
}
