import { describe, expect, test } from "vitest";
import { asId, type ReservationId } from "../kernel/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../kernel/instant.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld } from "./fixture.ts";
import type { SeatStage } from "./protocol.ts";

const C1 = contactId(1);
const today = (world: SmallWorld) => [...world.pool.queues.values()][0]?.today;
const queue = (world: SmallWorld) => [...world.pool.queues.values()][0];
const service = (world: SmallWorld) => {
  const { at } = world.agent(0);
  return at.is === "on_contact" || at.is === "wrap_up" ? at.service : null;
};

/** Contact 1 is accepted by a0 after 4 s. */
function accepted(): SmallWorld {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.ring(0);
  world.pass(4 * SECOND_MS);
  world.accept(0);
  return world;
}

/** They hear each other 2 s later. */
function talking(): SmallWorld {
  const world = accepted();
  world.pass(2 * SECOND_MS);
  say(world, "connected");
  return world;
}

function say(world: SmallWorld, type: "connected" | "held" | "resumed" | "leg_failed") {
  return world.send({ type, contactId: C1, reservationId: world.held(0) });
}
const end = (world: SmallWorld, wrapUpS: number | null) =>
  world.send({ type: "talk_ended", contactId: C1, reservationId: world.held(0), wrapUpS });
const done = (world: SmallWorld, to: "ready" | "not_ready" | "stay") =>
  world.send({ type: "wrapped_up", contactId: C1, reservationId: world.held(0), then: { to, reason: null } });
const extend = (world: SmallWorld, reservationId: ReservationId = world.held(0)) =>
  world.send({ type: "extend_wrap_up", agentId: agentId(0), reservationId });
const answers = (world: SmallWorld, stage: SeatStage) =>
  world.send({ type: "contact_said", contactId: C1, reservationId: world.held(0), stage });
/** The same after its rows were read again: whatever was changed has been stored. */
const stored = (world: SmallWorld): SmallWorld => {
  world.restart();
  return world;
};

describe("ACD-8 a contact in hand", () => {
  test("counts once, and its talk, its end and its seat time are noted", () => {
    const world = talking();
    const answeredAt = world.now;
    expect(world.agent(0).figures).toMatchObject({ contactsToday: 1, talkMsToday: 0 });
    expect(world.agent(0).deadline).toBe(answeredAt + 15 * MINUTE_MS);
    expect(say(world, "connected")).toEqual({ is: "ignored", why: "connected already" });
    expect(world.agent(0).figures.contactsToday).toBe(1);
    world.pass(30 * SECOND_MS);
    end(world, 20);
    expect(world.agent(0).figures).toMatchObject({ talkMsToday: 30_000, lastEndedAt: answeredAt + 30_000 });
    expect(say(world, "connected"), "late").toEqual({ is: "ignored", why: "connected already" });
    world.pass(5 * SECOND_MS);
    done(world, "ready");
    expect(queue(stored(world))?.seatTimeMs, "2 s + 30 s + 5 s").toBe(37_000);
    expect(world.agent(0).figures).toMatchObject({ idleSince: world.now, talkMsToday: 30_000 });
    expect(world.state(0)).toBe("ready");
  });

  test("moves the average seat time of its queue by a tenth", () => {
    const world = talking();
    const known = queue(world);
    if (known !== undefined) known.seatTimeMs = 100_000;
    world.pass(18 * SECOND_MS);
    end(world, 0);
    expect(queue(stored(world))?.seatTimeMs).toBe(92_000);
  });

  test("is held and resumed, each once, and a restart knows it", () => {
    const world = talking();
    world.pass(SECOND_MS);
    const heldAt = world.now;
    expect(say(world, "resumed")).toEqual({ is: "ignored", why: "so already" });
    expect(say(world, "held")).toEqual({ is: "done" });
    expect(say(world, "held")).toEqual({ is: "ignored", why: "so already" });
    expect(service(stored(world))?.heldAt).toBe(heldAt);
    expect(say(world, "resumed")).toEqual({ is: "done" });
    expect(service(stored(world))?.heldAt).toBeNull();
  });

  test("whose phone failed in mid-talk waits on at its old age; the talk so far counts", () => {
    const world = talking();
    world.pass(10 * SECOND_MS);
    expect(say(world, "leg_failed")).toEqual({ is: "done" });
    expect(world.messages.at(-1)).toMatchObject({ kind: "seat_returned", why: "leg_failed", contactId: C1 });
    expect(world.agent(0)).toMatchObject({
      at: { is: "not_ready", reason: "device" },
      figures: { talkMsToday: 10_000 },
    });
    expect(stored(world).pool.tickets.get(C1)?.at.is).toBe("waiting");
    expect(queue(world)?.waiting).toBe(1);
    world.pass(90 * SECOND_MS);
    expect(world.pool.tickets.get(C1)?.at.is, "its lease began anew").toBe("waiting");
  });

  test("whose talk ends before it was heard of is counted when that is heard; how long they talked is not known", () => {
    const world = accepted();
    world.pass(2 * SECOND_MS);
    const reservationId = world.held(0);
    end(world, 0);
    expect(today(stored(world))).toMatchObject({ offered: 1, answered: 0 });
    world.send({ type: "connected", contactId: C1, reservationId, waitedMs: 1_000 });
    expect(today(stored(world))).toMatchObject({ offered: 1, answered: 1, abandoned: 0, shortAbandoned: 0 });
    expect(world.agent(0).figures).toMatchObject({ contactsToday: 0, talkMsToday: 0, lastEndedAt: 0 });
    expect(world.pool.tickets.get(C1)?.at.is).toBe("gone");
  });
});

describe("ACD-8 wrap-up", () => {
  test("lasts as long as the queue says, then ends by itself and the contact is told how long it was", () => {
    const world = talking();
    end(world, 20);
    expect(world.agent(0).at).toMatchObject({ is: "wrap_up", timed: true, extensions: 0 });
    expect(world.agent(0).deadline).toBe(world.now + 20_000);
    world.pass(19_999);
    expect(world.state(0)).toBe("wrap_up");
    world.pass(1);
    expect(world.state(0)).toBe("ready");
    expect(world.messages.at(-1)).toMatchObject({ kind: "wrap_up_lapsed", wrapUpMs: 20_000, contactId: C1 });
    expect(done(world, "ready")).toEqual({ is: "ignored", why: "no such seat" });
  });

  test("without a time of its own lasts until the agent is done, half an hour at most, and is not extended", () => {
    const world = talking();
    end(world, null);
    expect(world.agent(0).at).toMatchObject({ is: "wrap_up", timed: false });
    expect(extend(world)).toEqual({ is: "refused", code: "no_wrap_up" });
    world.pass(30 * MINUTE_MS - 1);
    expect(world.state(0)).toBe("wrap_up");
    world.pass(1);
    expect(world.state(0)).toBe("ready");
  });

  test("is extended by a minute, five times", () => {
    const world = talking();
    expect(extend(world), "not yet").toEqual({ is: "refused", code: "no_wrap_up" });
    end(world, 20);
    const deadline = world.now + 20_000;
    expect(extend(world, asId<ReservationId>("r99"))).toEqual({ is: "refused", code: "no_wrap_up" });
    for (let count = 1; count <= 5; count++) {
      expect(extend(world)).toEqual({ is: "done" });
      expect(stored(world).agent(0)).toMatchObject({
        deadline: deadline + count * MINUTE_MS,
        at: { extensions: count },
      });
    }
    expect(extend(world)).toEqual({ is: "refused", code: "no_more_extensions" });
  });

  test("noted before the news that the talk has ended ends the talk", () => {
    const world = talking();
    world.pass(SECOND_MS);
    expect(done(world, "stay")).toEqual({ is: "done" });
    expect(world.agent(0).at).toMatchObject({ is: "wrap_up", timed: false });
    expect(world.agent(0).figures.talkMsToday).toBe(1_000);
    expect(done(world, "not_ready")).toEqual({ is: "done" });
    expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "break" });
    expect(world.pool.tickets.get(C1)?.at.is).toBe("gone");
  });
});

describe("ACD-7 the contact's own word", () => {
  test.each([
    ["talking", true],
    ["held", true],
    ["connecting", false],
    ["offered", false],
  ] as const)(
    "%s while the pool believes they are connecting: they talk is %s; it is counted when told how long it took",
    (stage, isTalking) => {
      const world = accepted();
      expect(answers(world, stage)).toEqual({ is: "done" });
      expect(service(world)?.answeredAt).toBe(isTalking ? world.now : null);
      expect(today(world)?.answered).toBe(0);
      world.pass(30 * SECOND_MS);
      world.send({ type: "connected", contactId: C1, reservationId: world.held(0), waitedMs: 20_000 });
      expect(today(world)).toMatchObject({ answered: 1, withinTarget: 1 });
    },
  );

  test("talking, said again, answers nothing a second time", () => {
    const world = talking();
    const { deadline } = world.agent(0);
    world.pass(SECOND_MS);
    answers(world, "talking");
    expect(world.agent(0)).toMatchObject({ deadline, figures: { contactsToday: 1 } });
  });

  test("over before they heard each other: the seat is free, and the contact hears so", () => {
    const world = accepted();
    answers(world, "over");
    expect(world.state(0)).toBe("ready");
    expect(world.messages.at(-1)).toMatchObject({ kind: "seat_returned", why: "rescinded", contactId: C1 });
    expect(world.pool.tickets.get(C1)?.at).toEqual({ is: "gone", wrapUp: world.agent(0) });
  });

  test.each(["over", "wrap_up"] as const)("%s after a talk: the queue's own wrap-up follows", (stage) => {
    const world = talking();
    world.pass(SECOND_MS);
    answers(world, stage);
    expect(world.agent(0)).toMatchObject({ at: { is: "wrap_up", timed: true }, deadline: world.now + 30_000 });
    expect(answers(world, "over")).toEqual({ is: "ignored", why: "the agent is still wrapping up" });
    expect(answers(world, "wrap_up")).toEqual({ is: "done" });
    expect(answers(world, "talking")).toEqual({ is: "done" });
    expect(world.agent(0)).toMatchObject({ at: { is: "wrap_up" }, deadline: world.now + 30_000 });
  });

  test("that tells nothing new is not stored", () => {
    const world = talking();
    answers(world, "talking");
    expect(world.pool.out.agents).toEqual([]);
    world.pass(15 * MINUTE_MS);
    answers(world, "held");
    expect(world.pool.out.agents, "the silence is over").toEqual([world.agent(0)]);
  });

  test("is asked for twice, and after the third silence the seat is taken back", () => {
    const world = accepted();
    world.pass(45 * SECOND_MS);
    expect(world.messages.at(-1)).toMatchObject({ kind: "seat_accepted", agentId: "a0", contactId: C1 });
    expect(service(stored(world))?.asked).toBe(1);
    answers(world, "connecting");
    expect(service(stored(world))?.asked, "it is there").toBe(0);
    world.pass(90 * SECOND_MS);
    expect(service(world)?.asked).toBe(2);
    expect(world.state(0)).toBe("on_contact");
    world.pass(45 * SECOND_MS);
    expect(world.messages.at(-1)).toMatchObject({ kind: "agent_gone", contactId: C1 });
    expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "device" });
    expect(world.pool.tickets.get(C1)?.at.is).toBe("gone");
  });

  test("of a talk is asked for every quarter of an hour; a talk lost so counts as talked", () => {
    const world = talking();
    world.pass(45 * MINUTE_MS);
    expect(world.messages.at(-1)).toMatchObject({ kind: "agent_gone" });
    expect(world.agent(0).figures.talkMsToday).toBe(45 * MINUTE_MS);
  });

  test("waiting again under a new attempt drops a talk into wrap-up and a connection at once", () => {
    for (const [world, state] of [
      [talking(), "wrap_up"],
      [accepted(), "reserved"],
    ] as const) {
      world.send({ type: "wait", ticket: smallTicket(1, 1_000_001, 0, {}, 2) });
      expect(world.state(0)).toBe(state);
    }
  });
});
