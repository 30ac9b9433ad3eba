import { expect, test } from "vitest";
import { smallConfig } from "./fixture.ts";
import { shareParts } from "./share.ts";

test("ACD-4 seats with the same brands and skills hold them once, and nothing else is changed", () => {
  const config = smallConfig({ agents: 3, tenants: 2, profile: (index) => (index === 2 ? { skills: { en: 2 } } : {}) });
  const shared = shareParts(JSON.parse(JSON.stringify(config)));
  expect(shared).toEqual(config);
  const [first, second, third] = shared.agents;
  expect(second?.brands).toBe(first?.brands);
  expect(third?.brands).toBe(first?.brands);
  expect(second?.skills).toBe(first?.skills);
  expect(third?.skills).not.toBe(first?.skills);
});
