import { expect, test } from "vitest";
import { plainText } from "./schema.ts";

test.each(["a\0b", "\0", "\ud800", "x\udc00"])("text that cannot be kept is refused and said so once: %j", (given) => {
  const { error } = plainText().min(5).safeParse(given);
  expect(error?.issues.map((issue) => issue.message)).toEqual([
    "must be text: no NUL character and no half of a surrogate pair",
  ]);
});

test.each(["", "陈梅", "👩‍👩‍👧‍👦", "\u202egnihtemos", "a\tb\n"])("other text is taken as it is: %j", (given) => {
  expect(plainText().parse(given)).toBe(given);
});
