import { describe, expect, test } from "vitest";
import { calendarDay, count, duration, money, month, share, zoneName } from "./format.ts";

describe("times and amounts as text", () => {
  test.each([
    [-5_000, "0:00"],
    [999, "0:00"],
    [61_000, "1:01"],
    [3_734_000, "1:02:14"],
  ])("a duration of %i ms reads %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test.each([
    [123456, "CNY", "¥1,234.56"],
    ["-5", "CNY", "-¥0.05"],
    ["900719925474099301", "USD", "US$9,007,199,254,740,993.01"],
    [1500n, "JPY", "¥1,500"],
  ] as const)("%s minor units of %s read %s", (minor, currency, text) => {
    expect(money("en", minor, currency).replace("US$", "$")).toBe(text.replace("US$", "$"));
  });

  test("a month is named in the reader's language", () => {
    expect(month("zh", "2026-11")).toBe("2026年11月");
    expect(month("en", "2026-11")).toBe("November 2026");
  });

  test("a day and a zone are named in the reader's language", () => {
    expect(calendarDay("zh", "2026-11-22")).toBe("2026年11月22日");
    expect(calendarDay("en", "2026-11-22")).toBe("22 November 2026");
    expect(zoneName("zh", "Asia/Shanghai", 0)).toBe("中国标准时间");
    expect(zoneName("en", "Asia/Shanghai", 0)).toBe("China Standard Time");
  });

  test("counts and shares keep their decimals readable", () => {
    expect(count("en", 12345.5)).toBe("12,345.5");
    expect(share("zh", 0.8123)).toBe("81.2%");
  });
});
