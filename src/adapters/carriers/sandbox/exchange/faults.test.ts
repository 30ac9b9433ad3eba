import { expect, test } from "vitest";
import { Rehearsal, response } from "./rehearsal.ts";
import { type Faults, NO_FAULTS } from "./state.ts";

/** One agent leg, called and never answered: three callbacks in order, unless a fault has its way. */
function callbacksUnder(faults: Partial<Faults>, passS: number): (string | undefined)[] {
  const rehearsal = new Rehearsal(() => response("<Hangup/>"));
  rehearsal.apply({ kind: "client_registered", identity: "ann", handset: "of-ann" });
  rehearsal.setFaults({ ...NO_FAULTS, ...faults });
  const agent = rehearsal.addAgent("room", "ann");
  rehearsal.pass(passS);
  return rehearsal.statuses(agent.sid);
}

test.each([
  ["none", {}, 30, ["initiated", "ringing", "no-answer"]],
  ["lost", { drop: 1 }, 30, []],
  ["twice", { duplicate: 1 }, 30, ["initiated", "initiated", "ringing", "ringing", "no-answer", "no-answer"]],
  ["held back until the next has gone", { reorder: 1 }, 1, ["ringing", "initiated"]],
  ["held back but never for good", { reorder: 1 }, 30, ["ringing", "initiated", "no-answer"]],
  ["not yet there", { delay: 1, delayMs: 5_000 }, 4, []],
  ["there after the delay", { delay: 1, delayMs: 5_000 }, 30, ["initiated", "ringing", "no-answer"]],
] as const)("NUM-4 callbacks %s", (_what, faults, passS, statuses) => {
  expect(callbacksUnder(faults, passS)).toEqual(statuses);
});
