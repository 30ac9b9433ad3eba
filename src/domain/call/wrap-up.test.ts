import { describe, expect, test } from "vitest";
import { AGENT, R1, wrapUp } from "../../../test/support/call-stages.ts";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { PLAIN_RULES } from "../routing/config.ts";
import { projectContact } from "./project.ts";

const NOTE = { type: "wrap_up", agentId: AGENT, disposition: null, notes: "calls back on Monday" } as const;
const STAY = { to: "stay", reason: null } as const;

/** A contact in wrap-up of a queue that insists on an outcome. */
function mandatory(): ToyCarrier {
  const kept = wrapUp();
  const rules = { ...PLAIN_RULES, wrapUp: { ...PLAIN_RULES.wrapUp, kind: "mandatory" as const } };
  const queues = Object.entries(SAMPLE_LINE.queues).map(([id, queue]) => [id, { ...queue, rules }]);
  const call = new ToyCarrier({ ...SAMPLE_LINE, queues: Object.fromEntries(queues) });
  call.state = kept.state;
  return call;
}

describe("CALL-5 a note whose author chose no outcome", () => {
  test("is kept as the timer ends wrap-up, and the pool is told to let the timer end it", () => {
    const call = wrapUp();
    call.now += 9_000;
    expect(call.send({ ...NOTE, after: STAY }).refused).toBeNull();
    expect(projectContact(call.facts)?.contact).toMatchObject({
      disposition: "auto",
      notes: "calls back on Monday",
      success: false,
      wrapUpMs: 9_000,
    });
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "wrapped_up", reservationId: R1, after: STAY });
    const lapsed = call.send({ type: "wrap_up_lapsed", reservationId: R1, wrapUpMs: 10_000 });
    expect(lapsed.facts).toEqual([]);
  });

  test("is refused where the queue insists on an outcome", () => {
    const call = mandatory();
    expect(call.send({ ...NOTE, after: STAY }).refused).toBe("unknown_disposition");
    expect(call.state.stage.at).toBe("wrap_up");
  });
});
