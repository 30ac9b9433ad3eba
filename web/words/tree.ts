import type { zh } from "./zh.ts";

type Same<Tree> = { readonly [Key in keyof Tree]: Tree[Key] extends string ? string : Same<Tree[Key]> };

/** The shape of every language's words: Chinese is written first, the others follow it key by key. */
export type Words = Same<typeof zh>;
