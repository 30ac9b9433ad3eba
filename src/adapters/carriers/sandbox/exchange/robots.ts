import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import type { Call, RobotAction } from "./state.ts";
import { isOver } from "./state.ts";
import { clearTimer, setTimer, touchCall, type World } from "./world.ts";

/** A robot caller follows its script: each moment arms the first action waiting for it, and time carries it out. */
export function robotMoment(world: World, call: Call, moment: RobotAction["on"]): void {
  if (call.device.kind !== "robot" || isOver(call)) return;
  // Somebody to talk to, or a machine to talk at: the robot waits no longer, so its patience cannot run out.
  if (moment === "conference" || moment === "record") clearTimer(world, `${call.sid}/patience`);
  if (moment === "start") startPatience(world, call, call.device.patienceS);
  const waiting = call.device.script
    .map((action, index) => ({ action, index }))
    .filter(({ action, index }) => action.on === moment && !call.robotArmed.includes(index));
  for (const { action, index } of moment === "start" ? waiting : waiting.slice(0, 1)) arm(world, call, action, index);
}

/** Carries out an action whose time has come, and arms the one that follows it if that waits for `previous`. */
export function robotActs(world: World, call: Call, index: number): void {
  if (call.device.kind !== "robot" || isOver(call)) return;
  const action = call.device.script[index];
  if (action === undefined) return;
  if (action.press !== undefined) world.raised.push({ kind: "digits", callSid: call.sid, digits: action.press });
  if (action.say !== undefined) world.raised.push({ kind: "speech", callSid: call.sid, text: action.say });
  const leaveAfterS = action.hangUpAfterS ?? action.voicemailS ?? action.talkS;
  if (leaveAfterS !== undefined) {
    setTimer(world, `${call.sid}/leaves`, world.now + leaveAfterS * SECOND_MS, {
      kind: "robot_leaves",
      callSid: call.sid,
    });
  }
  const next = call.device.script[index + 1];
  if (next?.on === "previous" && !call.robotArmed.includes(index + 1)) arm(world, call, next, index + 1);
}

/** Whether this robot will leave a message once Record listens. */
export function robotSpeaksToMachines(call: Call): boolean {
  return call.device.kind === "robot" && call.device.script.some((action) => action.voicemailS !== undefined);
}

function arm(world: World, call: Call, action: RobotAction, index: number): void {
  call.robotArmed.push(index);
  touchCall(world, call);
  setTimer(world, `${call.sid}/robot.${index}`, world.now + action.afterS * SECOND_MS, {
    kind: "robot_acts",
    callSid: call.sid,
    action: index,
  });
}

function startPatience(world: World, call: Call, patienceS: number | null): void {
  if (patienceS === null) return;
  setTimer(world, `${call.sid}/patience`, world.now + patienceS * SECOND_MS, {
    kind: "robot_leaves",
    callSid: call.sid,
  });
}
