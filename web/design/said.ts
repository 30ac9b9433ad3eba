import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { ApiProblem, type FieldFault } from "../api/http.ts";
import { currentTongue } from "../words/words.ts";
import { useTried } from "./tried.ts";

/** A problem in one line of the reader's language: by its code, by the first wrong field, or by its kind. */
export function troubleText(problem: unknown): string {
  if (!(problem instanceof ApiProblem)) return i18next.t("trouble.broke");
  const { status, code, detail, fields } = problem;
  const known = `refusal.${code}`;
  if (i18next.exists(known)) return i18next.t(known as "refusal.four_eyes");
  const [first] = fields;
  if (status === 422 && first !== undefined) return `${i18next.t("trouble.invalid")} ${faultText(first)}`;
  const kind = kindOf(status);
  // The house writes English: in an English page its own words are the closest.
  if (kind === "conflict" && currentTongue() === "en" && detail !== null && detail !== "")
    return `${problem.message}: ${detail}`;
  return i18next.t(`trouble.${kind}`);
}

/** What is wrong with a field, in the reader's words. */
export function faultText({ rule, message }: FieldFault): string {
  const known = `fault.${rule?.is}`;
  if (rule !== undefined && rule.is !== "unlike" && i18next.exists(known))
    return i18next.t(known as "fault.min", { limit: String(rule.limit ?? "") });
  return currentTongue() === "en" ? message : i18next.t("fault.unlike");
}

/** What every line of text may lack or have too much of: too long at once, missing once the form was tried. */
export function useTextFault(text: string, lengthMax: number, required: boolean): string | null {
  const { t } = useTranslation();
  const tried = useTried();
  if (text.length > lengthMax) return t("fault.too_long", { limit: String(lengthMax) });
  return tried && required && text.trim() === "" ? t("fault.missing") : null;
}

function kindOf(status: number) {
  if (status === 0) return "unreachable";
  if (status === 401) return "signedOut";
  if (status === 403) return "notAllowed";
  if (status === 404) return "notFoundItem";
  if (status === 413) return "tooLarge";
  if (status === 422) return "invalid";
  if (status === 429) return "tooMany";
  if (status === 503) return "away";
  return status >= 500 ? "broke" : "conflict";
}
