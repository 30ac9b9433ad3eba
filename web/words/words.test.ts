import { expect, test } from "vitest";
import { en } from "./en.ts";
import { houseMoneyBoth } from "./house-money.ts";
import { ownMoneyBoth } from "./own-money.ts";
import { zh } from "./zh.ts";

function leaves(tree: object, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
}

const slots = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

const CATALOGUES = [
  { name: "of every page", both: { zh, en } },
  { name: "of the client's money", both: ownMoneyBoth },
  { name: "of the house's money", both: houseMoneyBoth },
];

test.each(CATALOGUES)(
  "every word $name stands in both languages, with the same slots, and none is empty",
  ({ both }) => {
    const chinese = new Map(leaves(both.zh));
    const english = new Map(leaves(both.en));
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe("");
      expect(english.get(key)?.trim(), key).not.toBe("");
      expect(slots(english.get(key) ?? ""), key).toEqual(slots(text));
    }
  },
);

test.each(CATALOGUES)("English $name holds no Chinese but the name of the other language", ({ both }) => {
  const mixed = leaves(both.en).filter(([key, text]) => key !== "app.switchTo" && /\p{Script=Han}/u.test(text));
  expect(mixed).toEqual([]);
});
