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

/** Words by the file that holds them: a page names those it speaks with, and they come with it. */
export type WordFile =
  | "billing"
  | "books"
  | "commission"
  | "contact"
  | "desktop"
  | "floor"
  | "identity"
  | "invoicing"
  | "phone"
  | "portal"
  | "queues"
  | "refusal"
  | "settlement"
  | "shell";

/** What the open pages speak with, so that another language brings the same. */
const needed = new Set<WordFile>();
const loaded = new Set<string>();

async function load(tongue: Tongue, file: WordFile): Promise<void> {
  const name = `${tongue}/${file}`;
  if (loaded.has(name)) return;
  const areas = (await import(`./${tongue}/${file}.ts`)) as Partial<Words>;
  i18next.addResourceBundle(tongue, "translation", { ...areas }, true);
  loaded.add(name);
}

/** Done when these words can be said in the language of the page, also where that was changed while they came. */
export async function needWords(...files: readonly WordFile[]): Promise<void> {
  for (const file of files) needed.add(file);
  let tongue: Tongue;
  do {
    tongue = currentTongue();
    await Promise.all(files.map((file) => load(tongue, file)));
  } while (tongue !== currentTongue());
}

export async function startWords(): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: document.documentElement.lang === "en" ? "en" : "zh",
    resources: {},
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await needWords("shell");
  return i18next;
}

export function currentTongue(): Tongue {
  return i18next.language === "en" ? "en" : "zh";
}

/** Changes the words in place: route and whatever was typed stay as they are. */
export async function changeTongue(tongue: Tongue): Promise<void> {
  // A page may open while its words are under way: none is left without them.
  const missing = () => [...needed].filter((file) => !loaded.has(`${tongue}/${file}`));
  while (missing().length > 0) await Promise.all(missing().map((file) => load(tongue, file)));
  await i18next.changeLanguage(tongue);
  document.documentElement.lang = tongue === "en" ? "en" : "zh-CN";
  try {
    localStorage.setItem(STORED_AS, tongue);
  } catch {
    // Storage is switched off: the choice lasts for this page.
  }
}
