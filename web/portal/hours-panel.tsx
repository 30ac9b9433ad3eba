import { useTranslation } from "react-i18next";
import type { PortalToday } from "../../src/features/contacts/schema.ts";

type Hour = PortalToday["hours"][number];
/** Shorter days are drawn over working hours, so that two bars do not fill the width. */
const FIRST = 8;
const LAST = 20;

/** The day hour by hour: what came, and how much of it was answered in time. */
export function HoursPanel({ hours }: { hours: readonly Hour[] }) {
  const { t } = useTranslation();
  if (hours.length === 0) return null;
  const most = Math.max(...hours.map((one) => one.offered));
  const from = Math.min(FIRST, ...hours.map((one) => one.hour));
  const to = Math.max(LAST, ...hours.map((one) => one.hour));
  const shown = Array.from(
    { length: to - from + 1 },
    (_, at) => hours.find((one) => one.hour === from + at) ?? { hour: from + at, offered: 0, withinTarget: 0 },
  );
  return (
    <section className="panel" aria-labelledby="hours-title">
      <div className="row hours-head">
        <h2 id="hours-title" className="grow">
          {t("portal.hours")}
        </h2>
        <span className="small quiet hours-key hours-key-in">{t("portal.hoursInTime")}</span>
        <span className="small quiet hours-key">{t("portal.hoursOther")}</span>
      </div>
      <ol className="hours">
        {shown.map(({ hour, offered, withinTarget }) => {
          const words = t("portal.hourText", {
            hour: t("portal.hour", { from: String(hour), to: String(hour + 1) }),
            offered: String(offered),
            within: String(withinTarget),
          });
          return (
            <li key={hour} title={words}>
              <span className="unseen">{words}</span>
              <span className="hours-count small" aria-hidden="true">
                {offered === 0 ? "" : offered}
              </span>
              <span className="hours-bar" aria-hidden="true" style={{ height: `${(offered / most) * 72}px` }}>
                <span style={{ height: `${offered === 0 ? 0 : (withinTarget / offered) * 100}%` }} />
              </span>
              <span className="small quiet" aria-hidden="true">
                {hour}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
