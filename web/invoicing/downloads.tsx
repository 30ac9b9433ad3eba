import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { MenuButton } from "../design/parts.tsx";
import { currentTongue } from "../words/words.ts";

/** The PDF in the reader's language at once; the other language and the sheets one click further. */
export function Downloads({ path }: { path: string }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const other = tongue === "zh" ? "en" : "zh";
  return (
    <>
      <a className="button" href={`${path}/pdf?language=${tongue}`} target="_blank" rel="noreferrer">
        <Icon name="book" />
        PDF
      </a>
      <MenuButton label={t("invoicing.files")} name={t("invoicing.files")} className="button">
        <a className="menu-item" href={`${path}/pdf?language=${other}`} target="_blank" rel="noreferrer">
          {t("invoicing.otherPdf")}
        </a>
        <a className="menu-item" href={`${path}/xlsx?language=${tongue}`} download>
          {t("invoicing.xlsx")}
        </a>
        <a className="menu-item" href={`${path}/csv?language=${tongue}`} download>
          {t("invoicing.csv")}
        </a>
      </MenuButton>
    </>
  );
}
