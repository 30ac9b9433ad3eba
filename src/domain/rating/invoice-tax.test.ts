import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CURRENCY_DECIMALS } from "../kernel/currency.ts";
import { amountInCapitals } from "./capitals.ts";
import { creditTaxMinor, NOT_TAXED, rateText, TAX_CATEGORIES, taxClassOf, taxGroupsOf } from "./invoice-tax.ts";
import { isCreditCode, isVatId } from "./tax-id.ts";

describe("BIL-8 tax of an invoice", () => {
  test("tax is once a group, over the sum of rounded lines: 2 x 6833 at 20 % is 2733, not 2734", () => {
    const line = { category: "S", rate: "20", netMinor: 6833n } as const;
    expect(taxGroupsOf([line, line])).toEqual([{ category: "S", rate: "20", baseMinor: 13_666n, taxMinor: 2733n }]);
  });

  test("groups are by category and rate; a rate is one rate however it is written", () => {
    const groups = taxGroupsOf([
      { category: "S", rate: "6.00", netMinor: 100n },
      { category: "E", rate: "0", netMinor: 50n },
      { category: "S", rate: "6", netMinor: 100n },
      { category: "S", rate: "13", netMinor: 1n },
    ]);
    expect(groups.map(({ category, rate, baseMinor, taxMinor }) => [category, rate, baseMinor, taxMinor])).toEqual([
      ["E", "0", 50n, 0n],
      ["S", "13", 1n, 0n],
      ["S", "6", 200n, 12n],
    ]);
  });

  test.each([
    ["6", "6"],
    ["60", "60"],
    ["6.50", "6.5"],
    ["6.00", "6"],
    ["6.05", "6.05"],
    ["10.0", "10"],
    ["0", "0"],
  ])("a rate of %s is written %s", (rate, text) => {
    expect(rateText(rate)).toBe(text);
  });

  test("a charge is taxed by its own class, others by the client's; who has no terms is outside of tax", () => {
    const own = { category: "Z", rate: "0" } as const;
    const standard = { category: "S", rate: "6" } as const;
    const terms = { standard, ofCharge: new Map([["export", own]]) };
    expect([taxClassOf(terms, "export"), taxClassOf(terms, "calls")]).toEqual([own, standard]);
    expect(NOT_TAXED).toEqual({ category: "O", rate: "0" });
  });

  test("the order of the lines makes no difference, and bases sum to the lines", () => {
    const lines = fc.array(
      fc.record({
        category: fc.constantFrom(...TAX_CATEGORIES),
        rate: fc.constantFrom("0", "6", "9", "13", "5.5"),
        netMinor: fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
      }),
    );
    fc.assert(
      fc.property(lines, (given) => {
        const groups = taxGroupsOf(given);
        expect(taxGroupsOf([...given].reverse())).toEqual(groups);
        expect(groups.reduce((sum, it) => sum + it.baseMinor, 0n)).toBe(
          given.reduce((sum, it) => sum + it.netMinor, 0n),
        );
      }),
    );
  });

  test("credit notes of 6833, 5750, 8500 and 6833 at 20 % give back 33,499 in all", () => {
    let [net, tax] = [0n, 0n];
    const gross = [6833n, 5750n, 8500n, 6833n].map((part) => {
      const back = creditTaxMinor({ category: "S", rate: "20" }, { creditedMinor: net, creditedTaxMinor: tax }, part);
      net += part;
      tax += back;
      return part + back;
    });
    expect(gross).toEqual([8200n, 6900n, 10_200n, 8199n]);
  });

  test("however a group is credited, all of it gives back exactly its tax and never more on the way", () => {
    const rate = fc.constantFrom("6", "20", "7.7", "33.3333");
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 99_999n }), { minLength: 1, maxLength: 9 }), rate, (parts, at) => {
        const whole = parts.reduce((sum, part) => sum + part, 0n);
        const [group] = taxGroupsOf([{ category: "S", rate: at, netMinor: whole }]);
        let [net, tax] = [0n, 0n];
        for (const part of parts) {
          tax += creditTaxMinor({ category: "S", rate: at }, { creditedMinor: net, creditedTaxMinor: tax }, part);
          net += part;
          expect(tax <= (group?.taxMinor ?? 0n)).toBe(true);
        }
        expect(tax).toBe(group?.taxMinor);
      }),
    );
  });
});

describe("BIL-8 价税合计大写", () => {
  test.each([
    [0n, "CNY", "零圆整"],
    [1n, "CNY", "壹分"],
    [10n, "CNY", "壹角整"],
    [100n, "CNY", "壹圆整"],
    [101n, "CNY", "壹圆零壹分"],
    [110n, "CNY", "壹圆壹角整"],
    [140_950n, "CNY", "壹仟肆佰零玖圆伍角整"],
    [600_714n, "CNY", "陆仟零柒圆壹角肆分"],
    [168_032n, "CNY", "壹仟陆佰捌拾圆叁角贰分"],
    [10_700_053n, "CNY", "壹拾万柒仟圆伍角叁分"],
    [1_640_902n, "CNY", "壹万陆仟肆佰零玖圆零贰分"],
    [1_000_100_000n, "CNY", "壹仟万壹仟圆整"],
    [10_000_000_100n, "CNY", "壹亿零壹圆整"],
    [123_456_789_012n, "CNY", "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾圆壹角贰分"],
    [-1050n, "CNY", "负壹拾圆伍角整"],
    [1250n, "JPY", "壹仟贰佰伍拾圆整"],
    [1050n, "EUR", "壹拾点伍EUR"],
    [1_000n, "EUR", "壹拾EUR整"],
    [1_005n, "KWD", "壹点零零伍KWD"],
    [5n, "EUR", "零点零伍EUR"],
    [1_500n, "KWD", "壹点伍KWD"],
    [500n, "KWD", "零点伍KWD"],
    [100n, "HKD", "壹圆整"],
    [100n, "TWD", "壹圆整"],
    [100n, "MOP", "壹圆整"],
    [0n, "JPY", "零圆整"],
    [1_050_000n, "CNY", "壹万零伍佰圆整"],
    [10_000_234_500n, "CNY", "壹亿零贰仟叁佰肆拾伍圆整"],
    [100_000_000_000_000n, "CNY", "壹万亿圆整"],
    [1_000_000_000_000_000_000n, "CNY", "壹亿亿圆整"],
  ] as const)("%s of %s is %s", (minor, currency, expected) => {
    expect(amountInCapitals(minor, currency)).toBe(expected);
  });

  test("different amounts read differently, in every currency", () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 14n });
    const currency = fc.constantFrom(...(Object.keys(CURRENCY_DECIMALS) as (keyof typeof CURRENCY_DECIMALS)[]));
    fc.assert(
      fc.property(amount, amount, currency, (a, b, code) => {
        expect(amountInCapitals(a, code) === amountInCapitals(b, code)).toBe(a === b);
      }),
    );
  });
});

describe("BIL-8 tax identities", () => {
  test.each([
    ["91350100M000100Y43", true],
    ["91350100M000100Y44", false],
    ["9135010OM000100Y43", false],
    ["91350100M000100Y4", false],
    ["91350100m000100y43", false],
    ["91350100M000100Y430", false],
    ["091350100M000100Y43", false],
    ["", false],
  ])("the credit code %s is %s", (code, good) => {
    expect(isCreditCode(code)).toBe(good);
  });

  test("any one wrong character of a credit code is noticed", () => {
    const good = "91350100M000100Y43";
    const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 17 }), fc.constantFrom(...letters), (at, letter) => {
        const changed = `${good.slice(0, at)}${letter}${good.slice(at + 1)}`;
        expect(isCreditCode(changed)).toBe(changed === good);
      }),
    );
  });

  // Forms of the Commission's VIES list: the shortest and the longest of each country, and what is neither.
  test.each([
    ["AT", ["U12345678"], ["12345678", "X12345678"]],
    ["BE", ["0123456789", "1123456789"], ["2123456789", "123456789"]],
    ["BG", ["123456789", "1234567890"], []],
    ["CY", ["12345678X"], ["123456789"]],
    ["CZ", ["12345678", "123456789", "1234567890"], []],
    ["DE", ["123456789"], ["12345678X"]],
    ["DK", ["12345678"], []],
    ["EE", ["123456789"], []],
    ["EL", ["123456789"], []],
    ["ES", ["X1234567X", "12345678X", "X12345678"], ["XX234567X"]],
    ["FI", ["12345678"], []],
    ["FR", ["12345678901", "AB345678901", "HJ345678901", "NZ345678901"], ["I2345678901", "1O345678901", "ABC45678901"]],
    ["GB", ["123456789", "123456789012", "GD123", "HA123"], ["1234567890", "12345678901", "GD1234", "HD123"]],
    ["HR", ["12345678901"], []],
    ["HU", ["12345678"], []],
    ["IE", ["1234567A", "1234567WI", "1A23456W", "1+23456A", "1*23456A"], ["1234567X", "1234567AJ", "1A23456X"]],
    ["IT", ["12345678901"], []],
    ["LT", ["123456789", "123456789012"], ["1234567890", "12345678901"]],
    ["LU", ["12345678"], []],
    ["LV", ["12345678901"], []],
    ["MT", ["12345678"], []],
    ["NL", ["123456789B01"], ["123456789A01", "12345678901"]],
    ["PL", ["1234567890"], []],
    ["PT", ["123456789"], []],
    ["RO", Array.from({ length: 9 }, (_, at) => "1234567890".slice(0, at + 2)), []],
    ["SE", ["123456789012"], []],
    ["SI", ["12345678"], []],
    ["SK", ["1234567890"], []],
    ["XI", ["123456789", "123456789012", "GD123", "HA123"], ["1234567890", "12345678901", "GD1234", "HD123"]],
  ])("a VAT number of %s has its country's form: %j, not %j", (country, good, others) => {
    const ofLength = (length: number) => good.filter((it) => it.length === length);
    for (const number of good) {
      expect(isVatId(`${country}${number}`), number).toBe(true);
      const wrong = [...number].map((_, at) => `${number.slice(0, at)}?${number.slice(at + 1)}`);
      if (ofLength(number.length - 1).length === 0) wrong.push(number.slice(1), number.slice(0, -1));
      if (ofLength(number.length + 1).length === 0) wrong.push(`0${number}`, `${number}0`, `?${number}`);
      expect(wrong.filter((it) => isVatId(`${country}${it}`))).toEqual([]);
    }
    expect(others.filter((it) => isVatId(`${country}${it}`))).toEqual([]);
  });

  test.each(["GR123456789", "US123456789", "de123456789", "DE", ""])("%j is no VAT number", (id) => {
    expect(isVatId(id)).toBe(false);
  });
});
