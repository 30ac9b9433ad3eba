import { expect, test } from "vitest";
import { dayInWords, readDay, weekdays } from "./day.ts";

test.each([
  ["2027-02-01", "2027-02-01"],
  ["2027/2/1", "2027-02-01"],
  ["2027.2.1", "2027-02-01"],
  [" 2027年2月1日 ", "2027-02-01"],
  ["2027年12月31", "2027-12-31"],
  ["２０２７－０２－０１", "2027-02-01"],
  ["20270201", "2027-02-01"],
  ["2028-02-29", "2028-02-29"],
  ["2027-02-29", null],
  ["2027-13-01", null],
  ["01/02/2027", null],
  ["2027-2/1", null],
  ["0002-01-01", null],
  ["2027-02", null],
  ["tomorrow", null],
  ["", null],
])("a day written as %j is %s", (text, day) => {
  expect(readDay(text)).toBe(day);
});

test("a day is read back with its weekday in either language", () => {
  expect(dayInWords("zh", "2027-02-01")).toBe("2027年2月1日星期一");
  expect(dayInWords("en", "2027-02-01")).toMatch(/^Monday,? 1 February 2027$/);
});

test("weeks begin on Monday", () => {
  expect(weekdays("zh").map(({ short }) => short)).toEqual(["一", "二", "三", "四", "五", "六", "日"]);
  expect(weekdays("en")[0]).toEqual({ short: "M", long: "Monday" });
});
