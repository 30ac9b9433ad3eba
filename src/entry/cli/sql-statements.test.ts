import { expect, test } from "vitest";
import { splitStatements } from "./sql-statements.ts";

test.each([
  ["two statements", "select 1; select 2;", ["select 1", "select 2"]],
  ["no semicolon at the end", "select 1", ["select 1"]],
  ["semicolon in a string", "select ';'; select 2", ["select ';'", "select 2"]],
  ["doubled quote", "select 'it''s; so'; select 2", ["select 'it''s; so'", "select 2"]],
  ["semicolon in a quoted name", 'select ";"; select 2', ['select ";"', "select 2"]],
  ["semicolon in a comment", "select 1 -- a;b\n; /* c;d */ select 2", ["select 1 -- a;b", "select 2"]],
  ["dollar-quoted body", "do $$ begin x; end $$; select 2", ["do $$ begin x; end $$", "select 2"]],
  ["tagged body", "do $a$ x; $$; $a$; select 2", ["do $a$ x; $$; $a$", "select 2"]],
  ["only comments", "-- nothing\n;;", []],
])("%s", (_name, sql, expected) => {
  expect(splitStatements(sql).map((statement) => statement.text)).toEqual(expected);
});

test("a statement's line is the line of its first word, after comments", () => {
  expect(splitStatements("\n-- why\nselect 1;\n\nselect 2;").map((statement) => statement.line)).toEqual([3, 5]);
});
