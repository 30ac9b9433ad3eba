import { lazyRouteComponent } from "@tanstack/react-router";
import { lazy } from "react";
import { needWords, type WordFile } from "./words/words.ts";

/** Words of pages that are near to each other, so that going from one to the next brings little. */
const REFUSALS: readonly WordFile[] = ["refusal"];
const PORTAL: readonly WordFile[] = ["contact", "floor", "phone", "portal", ...REFUSALS];
const QUEUES: readonly WordFile[] = ["contact", "floor", "queues", ...REFUSALS];
const MONEY: readonly WordFile[] = ["billing", "contact", "invoicing", ...REFUSALS];
const STORY: readonly WordFile[] = [...PORTAL, "desktop", "queues", "billing", "invoicing"];
const BOOKS: readonly WordFile[] = [...MONEY, "books", "commission", "settlement"];
export const WORDS = { REFUSALS, PORTAL, QUEUES, MONEY, STORY, BOOKS } as const;

/** A page as a chunk of its own, with the words it speaks: none is shown before they are there. */
export function page<Module extends Record<string, unknown>, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
  words: readonly WordFile[],
) {
  return lazyRouteComponent(() => withWords(load, words), name);
}

/** A part of a page that few people open, with its words, loaded when it is first shown. */
export function part<Props extends object>(
  load: () => Promise<React.ComponentType<Props>>,
  words: readonly WordFile[],
): React.LazyExoticComponent<React.ComponentType<Props>> {
  return lazy(async () => ({ default: await withWords(load, words) }));
}

async function withWords<Loaded>(load: () => Promise<Loaded>, words: readonly WordFile[]): Promise<Loaded> {
  const [loaded] = await Promise.all([load(), needWords(...words)]);
  return loaded;
}
