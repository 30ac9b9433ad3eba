import { describe, expect, test } from "vitest";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type CursorPart, nextPlace, placeAfter } from "./cursor.ts";

const ID = "01234567-89ab-7cde-8f01-23456789abcd";

describe("API-1 a page's cursor", () => {
  test.each<[readonly CursorPart[], readonly (string | number)[]]>([
    [["id"], [ID]],
    [
      ["day", "id", "turn"],
      ["2026-02-28", ID, 12],
    ],
    [
      ["month", "id"],
      ["2026-12", ID],
    ],
    [
      ["instant", "id"],
      [1_795_000_000_000.123, ID],
    ],
    [["key"], ["tv-orders~1"]],
  ])("of %j is read back as it was given", (parts, values) => {
    const cursor = nextPlace(true, values);
    expect(placeAfter(cursor, parts)).toEqual(values.map(String));
  });

  test("there is none at the end of a list, or before its first page", () => {
    expect(nextPlace(false, [ID])).toBeNull();
    expect(nextPlace(true, undefined)).toBeNull();
    expect(placeAfter(null, ["id"])).toBeNull();
  });

  test.each<[readonly CursorPart[], string]>([
    [["id"], "-".repeat(36)],
    [["id"], ID.toUpperCase()],
    [["id"], `${ID}_${ID}`],
    [["instant", "id"], `1_${"-".repeat(36)}`],
    [["instant", "id"], ID],
    [["instant", "id"], `9999999999999999_${ID}`],
    [["day", "id"], `2026-02-29_${ID}`],
    [["day", "id"], `0000-01-01_${ID}`],
    [["month", "id"], `2026-13_${ID}`],
    [["month", "id"], `2026-1_${ID}`],
    [["key"], "'; drop table"],
    [["key"], ""],
  ])("of %j is refused by name when it was never given: %s", (parts, cursor) => {
    const read = () => placeAfter(cursor, parts);
    expect(read).toThrow(Refusal);
    expect(read).toThrow(expect.objectContaining({ faults: [expect.objectContaining({ path: "query.cursor" })] }));
  });
});
