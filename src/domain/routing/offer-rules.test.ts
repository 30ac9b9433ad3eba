import { describe, expect, test } from "vitest";
import type { QueueRules } from "../call/line-config.ts";
import { PLAIN_RULES } from "./config.ts";
import { agentId, contactId, type SmallWorld, smallWorld } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import { agentView } from "./view.ts";

const rules = (over: Partial<QueueRules>) => ({ rules: { ...PLAIN_RULES, ...over } });
const view = (world: SmallWorld) => agentView(world.pool, world.agent(0), "d0");
const say = (world: SmallWorld, to: "ready" | "not_ready" | "off_shift") =>
  world.send({ type: "set_state", agentId: agentId(0), to, reason: null });

/** An agent in wrap-up after a talk on a queue with these rules. */
function wrappingUp(over: Partial<QueueRules>, wrapUpS: number | null): SmallWorld {
  const world = smallWorld();
  world.ready(0);
  world.wait("x", 0, rules(over));
  world.talk(0, "x");
  world.pass(5_000);
  world.send({ type: "talk_ended", contactId: contactId("x"), reservationId: world.held(0), wrapUpS });
  return world;
}
const kind = (name: "timed" | "optional" | "mandatory", extensions = 2, extensionS = 45): Partial<QueueRules> => ({
  wrapUp: { kind: name, extensions, extensionS },
});
const lapses = (world: SmallWorld) => world.messages.filter((message) => message.kind === "wrap_up_lapsed").length;

describe("ACD-7 wrap-up", () => {
  test.each([
    ["timed", 30, 29_999, "wrap_up"],
    ["timed", 30, 30_000, "ready"],
    ["optional", 30, 30_000, "ready"],
    ["mandatory", null, 29 * 60_000, "wrap_up"],
    ["mandatory", null, 30 * 60_000, "ready"],
  ] as const)("%s with %s s is after %i ms: %s", (name, wrapUpS, ms, state) => {
    const world = wrappingUp(kind(name), wrapUpS);
    world.pass(ms);
    expect(world.state(0)).toBe(state);
    expect(brokenPromise(world.pool, world.now)).toBeNull();
  });

  test("an optional one ends when the agent says what comes next; the contact hears that nobody chose an outcome", () => {
    for (const to of ["ready", "not_ready", "off_shift"] as const) {
      const world = wrappingUp(kind("optional"), 30);
      say(world, to);
      expect([world.state(0), lapses(world)]).toEqual([to, 1]);
    }
  });

  test.each(["timed", "mandatory"] as const)("a %s one keeps what comes next for afterwards", (name) => {
    const world = wrappingUp(kind(name), name === "timed" ? 30 : null);
    say(world, "not_ready");
    expect([world.state(0), view(world).nextState?.to, lapses(world)]).toEqual(["wrap_up", "not_ready", 0]);
  });

  test("it is lengthened as often and as long as the queue allows, and the desk knows how often", () => {
    const world = wrappingUp(kind("timed", 2, 45), 30);
    const extend = () => world.send({ type: "extend_wrap_up", agentId: agentId(0), reservationId: world.held(0) });
    expect(view(world).extensionsLeft).toBe(2);
    expect([extend().is, extend().is, extend()]).toEqual([
      "done",
      "done",
      { is: "refused", code: "no_more_extensions" },
    ]);
    expect(view(world).extensionsLeft).toBe(0);
    world.pass(30_000 + 2 * 45_000 - 1);
    expect(world.state(0)).toBe("wrap_up");
    world.pass(1);
    expect(world.state(0)).toBe("ready");
  });

  test("a mandatory one has no clock to lengthen, and ends with an outcome", () => {
    const world = wrappingUp(kind("mandatory"), null);
    expect(view(world)).toMatchObject({
      extensionsLeft: 0,
      contact: { wrapUpDeadline: null, wrapUpKind: "mandatory" },
    });
    const then = { to: "ready", reason: null } as const;
    world.send({ type: "wrapped_up", contactId: contactId("x"), reservationId: world.held(0), then });
    expect(world.state(0)).toBe("ready");
  });
});

test.each([
  [1, "not_ready"],
  [2, "ready not_ready"],
  [3, "ready ready not_ready"],
])("ACD-7 with %i misses allowed an agent who misses is in turn %s", (missesMax, expected) => {
  const world = smallWorld();
  world.ready(0);
  const seen: string[] = [];
  for (let turn = 0; turn < missesMax; turn++) {
    world.wait(`x${turn}`, 0, rules({ missesMax }));
    world.ring(0);
    world.send({ type: "withdraw", contactId: contactId(`y${turn}`), why: "abandoned", attempt: 1 });
    world.pass(19_999);
    expect(world.state(0)).toBe("ringing");
    // The caller leaves at the very moment at which the ringing ends, so that nothing is offered again.
    world.now += 1;
    world.send({ type: "tick" });
    seen.push(world.facts.at(-1)?.to === "reserved" ? "ready" : world.state(0));
    world.send({ type: "withdraw", contactId: contactId(`x${turn}`), why: "abandoned", attempt: 1 });
  }
  expect(seen.join(" ")).toBe(expected);
});

test("ACD-7 an offer that is taken at once rings no longer than it takes to show it", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x", 0, rules({ autoAnswer: true }));
  expect(world.state(0)).toBe("reserved");
  world.ring(0);
  expect(world.state(0)).toBe("on_contact");
  expect(world.messages.map(({ kind: said }) => said)).toEqual(["seat_reserved", "seat_rang", "seat_accepted"]);
});

test("ACD-7 an offer that is taken at once is taken by nobody while no desktop is there", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x", 0, rules({ autoAnswer: true }));
  world.restart(false);
  world.ring(0);
  expect(world.state(0)).toBe("ringing");
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d1" });
  expect(world.accept(0, "d1")).toEqual({ is: "done" });
});
