import { useTranslation } from "react-i18next";
import { count } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

/** Callers who gave up, as the service level counts them; those who hung up at once stand beside them. */
export function Abandoned({ counted, short }: { counted: number; short: number }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <>
      {count(tongue, counted)}
      {short === 0 ? null : (
        <span className="small quiet nowrap" title={t("floor.shortHint", { n: count(tongue, short) })}>
          {" · "}
          {t("floor.short", { n: count(tongue, short) })}
        </span>
      )}
    </>
  );
}
