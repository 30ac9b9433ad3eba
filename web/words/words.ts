import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Tongue } from "./format.ts";
import type { Words } from "./tree.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Words };
    returnNull: false;
  }
}

const STORED_AS = "callhouse.language";

/** One language is loaded with the page, the other only when somebody asks for it. */
async function load(tongue: Tongue): Promise<Words> {
  return tongue === "zh" ? (await import("./zh.ts")).zh : (await import("./en.ts")).en;
}

export async function startWords(): Promise<i18n> {
  const tongue: Tongue = document.documentElement.lang === "en" ? "en" : "zh";
  await i18next.use(initReactI18next).init({
    lng: tongue,
    resources: { [tongue]: { translation: await load(tongue) } },
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return i18next;
}

export function currentTongue(): Tongue {
  return i18next.language === "en" ? "en" : "zh";
}

/** Changes the words in place: route and whatever was typed stay as they are. */
export async function changeTongue(tongue: Tongue): Promise<void> {
  if (!i18next.hasResourceBundle(tongue, "translation")) {
    i18next.addResourceBundle(tongue, "translation", await load(tongue));
  }
  await i18next.changeLanguage(tongue);
  document.documentElement.lang = tongue === "en" ? "en" : "zh-CN";
  try {
    localStorage.setItem(STORED_AS, tongue);
  } catch {
    // Storage is switched off: the choice lasts for this page.
  }
}
