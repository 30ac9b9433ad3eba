import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { PlainState } from "../design/parts.tsx";
import { useDesktop, usePhone } from "./desk-context.ts";

/** Shown in place of the columns while calls could not be heard: what is wrong, how to mend it, and a new test. */
export function DevicePage() {
  const { t } = useTranslation();
  const { phone } = useDesktop();
  const microphone = usePhone((state) => state.microphone);
  const asked = microphone === "ask";
  const words = asked
    ? { title: t("mic.askTitle"), hint: t("mic.askHint") }
    : microphone === "refused"
      ? { title: t("mic.refusedTitle"), hint: t("mic.refusedHint") }
      : { title: t("mic.missingTitle"), hint: t("mic.missingHint") };
  return (
    <section className="device-page" data-testid="device-page">
      <PlainState icon={asked ? "mic" : "micOff"} {...words}>
        <button type="button" className="button primary large" onClick={() => phone.allow()}>
          <Icon name={asked ? "mic" : "refresh"} />
          {t(asked ? "mic.allow" : "mic.test")}
        </button>
      </PlainState>
    </section>
  );
}
