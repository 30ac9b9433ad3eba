import { expect, test } from "vitest";
import { readSetup } from "./tenant-files.ts";

test("ACD-2 ACD-3 the demonstration has a flow that asks for an extension, a queue that waits for it, and agents who have one", () => {
  const { house, tenants } = readSetup();
  const asking = tenants.flatMap(({ slug, flow, queues }) =>
    Object.entries(flow.steps).flatMap(([name, step]) =>
      step.kind === "collect" && step.variable === "extension" ? [{ slug, name, step, flow, queues }] : [],
    ),
  );
  expect(asking.map(({ slug }) => slug)).toEqual(["hearthline"]);
  for (const { slug, name, step, flow, queues } of asking) {
    const menus = Object.values(flow.steps).flatMap((other) => (other.kind === "menu" ? [other.options] : []));
    expect(menus.some((options) => Object.values(options).includes(name))).toBe(true);
    const waits = Object.values(queues).find(
      ({ namedAgent }) => namedAgent.patienceS > 0 && namedAgent.variable === step.variable,
    );
    const named = house.agents.filter(({ extension, brands }) => extension && brands.includes(`${slug}/*`));
    expect(named.length).toBeGreaterThan(1);
    for (const { extension = "", skills } of named) {
      expect(extension.length).toBeGreaterThanOrEqual(step.minDigits);
      expect(extension.length).toBeLessThanOrEqual(step.maxDigits);
      // Whoever is asked for can do what the queue asks.
      for (const skill of waits?.skills ?? ["none"]) expect(skills).toHaveProperty(skill);
    }
  }
});

test("IVR-2 ACD-2 and one that asks for a member's number before the agent does", () => {
  const steps = readSetup().tenants.flatMap(({ flow }) => Object.values(flow.steps));
  expect(steps).toContainEqual(expect.objectContaining({ kind: "collect", variable: "membership" }));
});
