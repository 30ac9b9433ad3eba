import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { onTick } from "../live/house-clock.ts";
import type { LinkState } from "../live/link.ts";

const FRESH_MS = 5_000;

/** How old the figures are. Says so in words, and is a banner while the connection is lost. */
export function LinkBanner({ state }: { state: LinkState }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="link-banner">
      {state === "lost" ? (
        <div className="banner soft-alarm tone-alarm arrives" data-testid="link-lost">
          <Icon name="plug" />
          {t("link.lost")}
        </div>
      ) : null}
    </div>
  );
}

/** `at` is the browser's monotonic time of the last frame. */
export function Age({ at, state }: { at: number; state: LinkState }) {
  const { t } = useTranslation();
  const text = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      onTick(() => {
        const ms = performance.now() - at;
        const words = ms < FRESH_MS ? t("link.fresh") : t("link.age", { seconds: String(Math.floor(ms / 1000)) });
        if (text.current !== null && text.current.textContent !== words) text.current.textContent = words;
      }),
    [at, t],
  );
  const tone = state === "live" ? "ready" : state === "lost" ? "alarm" : "idle";
  return (
    <span className="row small quiet" data-testid="age">
      <span className={`state-mark tone-${tone}`}>
        <Icon name={state === "live" ? "circle" : state === "lost" ? "plug" : "refresh"} />
        {t(state === "live" ? "link.live" : "link.connecting")}
      </span>
      {at > 0 ? <span ref={text} /> : null}
    </span>
  );
}
