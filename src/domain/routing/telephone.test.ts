import { describe, expect, test } from "vitest";
import { asId, type PhoneNumber } from "../kernel/ids.ts";
import { PLAIN_RULES, type TelephoneRings } from "./config.ts";
import { agentId, contactId, type SmallWorld, smallWorld } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import { agentView, floorView } from "./view.ts";

const NUMBER = asId<PhoneNumber>("+862166660199");

/** Agent 0 talks on an outside telephone; the desktop is `d0` beside a second window. */
function world(rings: TelephoneRings, agents = 1): SmallWorld {
  const made = smallWorld({
    agents,
    profile: (index) => (index === 0 ? { telephone: { number: NUMBER, rings } } : {}),
  });
  made.ready(0);
  return made;
}
const rules = (missesMax: number) => ({ rules: { ...PLAIN_RULES, missesMax } });
const accept = (made: SmallWorld, deviceId = "d0") =>
  made.send({ type: "accept", agentId: agentId(0), deviceId, reservationId: made.held(0) });
const legFailed = (made: SmallWorld, name: string, missed: boolean) =>
  made.send({ type: "leg_failed", contactId: contactId(name), reservationId: made.held(0), missed });
const kinds = (made: SmallWorld) => made.messages.map(({ kind }) => kind);

describe("ACD-6 a seat whose only ear is a telephone outside the house", () => {
  test("the grant names the telephone, and says it again to a contact that is silent", () => {
    const made = world("on_accept");
    made.wait("x", 0);
    made.ring(0);
    expect(made.state(0)).toBe("ringing");
    accept(made);
    made.pass(45_000);
    const grants = made.messages.filter(({ kind }) => kind === "seat_accepted");
    expect(grants).toHaveLength(2);
    for (const grant of grants) expect(grant).toMatchObject({ telephone: NUMBER });
  });

  test("a browser phone's grant names none", () => {
    const made = smallWorld();
    made.ready(0);
    made.wait("x", 0);
    made.talk(0, "x");
    expect(made.messages.find(({ kind }) => kind === "seat_accepted")).not.toHaveProperty("telephone");
  });

  test("rings with the offer where it is set so: the offer is the contact's to place at once", () => {
    const made = world("at_once");
    made.wait("x", 0);
    made.ring(0);
    expect(made.state(0)).toBe("on_contact");
    expect(kinds(made)).toEqual(["seat_reserved", "seat_rang", "seat_accepted"]);
  });

  test("any of the agent's windows may accept: the telephone owns the call whichever does", () => {
    const made = world("on_accept");
    made.send({ type: "device_joined", agentId: agentId(0), deviceId: "d1" });
    const view = agentView(made.pool, made.agent(0), "d1");
    expect(view).toMatchObject({ ownsPhone: true, telephone: { number: NUMBER, rings: "on_accept" } });
    made.wait("x", 0);
    made.ring(0);
    expect(accept(made, "d1").is).toBe("done");
    expect(made.state(0)).toBe("on_contact");
  });

  test("the floor shows who is on which telephone", () => {
    const made = world("at_once", 2);
    expect(floorView(made.pool).agents.map(({ telephone }) => telephone)).toEqual([
      { number: NUMBER, rings: "at_once" },
      undefined,
    ]);
  });
});

describe.each(["on_accept", "at_once"] as const)("ACD-7 a telephone that rings in vain, ringing %s", (rings) => {
  const ringsInVain = (made: SmallWorld, name: string, missed = true) => {
    made.ring(0);
    if (rings === "on_accept") accept(made);
    expect(made.state(0)).toBe("on_contact");
    legFailed(made, name, missed);
  };

  test.each([
    [1, "not_ready missed"],
    [2, "reserved, not_ready missed"],
    [3, "reserved, reserved, not_ready missed"],
  ])("counts as an offer missed: with %i allowed the agent is in turn %s", (missesMax, expected) => {
    const made = world(rings);
    made.wait("x", 0, rules(missesMax));
    const seen: string[] = [];
    for (let turn = 0; turn < missesMax; turn++) {
      ringsInVain(made, "x");
      const { at } = made.agent(0);
      seen.push(at.is === "not_ready" ? `not_ready ${at.reason}` : at.is);
      expect(brokenPromise(made.pool, made.now)).toBeNull();
    }
    expect(seen.join(", ")).toBe(expected);
    expect(made.messages.filter(({ kind }) => kind === "seat_returned")).toHaveLength(missesMax);
  });

  test("a call that is taken in between begins the count anew", () => {
    const made = world(rings);
    made.wait("x", 0, rules(2));
    ringsInVain(made, "x");
    made.ring(0);
    if (rings === "on_accept") accept(made);
    made.send({ type: "connected", contactId: contactId("x"), reservationId: made.held(0) });
    made.send({ type: "talk_ended", contactId: contactId("x"), reservationId: made.held(0), wrapUpS: 0 });
    made.wait("y", 0, rules(2));
    ringsInVain(made, "y");
    expect(made.state(0)).toBe("reserved");
  });

  test("a number that cannot be reached at all is no miss: the seat is not ready until the agent says so", () => {
    const made = world(rings);
    made.wait("x", 0, rules(3));
    ringsInVain(made, "x", false);
    expect(made.agent(0).at).toEqual({ is: "not_ready", reason: "device", back: false });
  });

  test("the caller waits on at the old age, and the next seat is offered at once", () => {
    const made = world(rings, 2);
    made.wait("x", 0, rules(1));
    made.ready(1);
    ringsInVain(made, "x");
    expect(made.state(1)).toBe("reserved");
    expect(made.pool.tickets.get(contactId("x"))).toMatchObject({ attempt: 1 });
  });

  test("survives a restart of the pool between ringing and the news", () => {
    const made = world(rings);
    made.wait("x", 0, rules(1));
    made.ring(0);
    if (rings === "on_accept") accept(made);
    made.restart();
    legFailed(made, "x", true);
    expect(made.agent(0).at).toMatchObject({ is: "not_ready", reason: "missed" });
  });
});
