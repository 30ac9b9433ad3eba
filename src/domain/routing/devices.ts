import { enter } from "./agents.ts";
import { DONE, ignored, type Reply, refused } from "./events.ts";
import { loseAgent } from "./offers.ts";
import { type Run, setAgentTimer, touchAgent } from "./run.ts";
import type { Agent, Reservation } from "./state.ts";

/** A desktop has connected. The first of an agent's devices owns the phone until another claims it. */
export function joinDevice(run: Run, agent: Agent, deviceId: string): Reply {
  if (agent.devices.includes(deviceId)) return ignored("joined already");
  // A list that grows by one takes room for seventeen: nearly every agent has one.
  agent.devices = agent.devices.concat(deviceId);
  agent.phone ??= deviceId;
  agent.lostAt = null;
  touchAgent(run.pool, agent);
  if (agent.at.is === "not_ready" && agent.at.back) enter(run, agent, { is: "ready" });
  else setAgentTimer(run.pool, agent);
  return DONE;
}

/**
 * A desktop is gone. While another is left it takes over the phone and nothing else happens. With the last one a ready
 * agent stops being offered contacts until a device is back; a ringing contact goes elsewhere at once (just after a
 * restart: when the grace is over); a talk is kept for the grace time; wrap-up runs on.
 */
export function leaveDevice(run: Run, agent: Agent, deviceId: string): Reply {
  if (!agent.devices.includes(deviceId)) return ignored("not here");
  agent.devices = agent.devices.filter((device) => device !== deviceId);
  if (agent.phone === deviceId) agent.phone = agent.devices[0] ?? null;
  touchAgent(run.pool, agent);
  return agent.devices.length > 0 ? DONE : loseDevices(run, agent);
}

/** None of the agent's devices is left. */
export function loseDevices(run: Run, agent: Agent): Reply {
  if (agent.lostAt !== null) return ignored("lost already");
  agent.devices = [];
  agent.phone = null;
  agent.lostAt = run.now;
  touchAgent(run.pool, agent);
  const { at } = agent;
  if (at.is === "ready") enter(run, agent, { is: "not_ready", reason: "device", back: true });
  else if (at.is === "reserved" || at.is === "ringing") loseOffer(run, agent, at.reservation);
  else setAgentTimer(run.pool, agent);
  return DONE;
}

/** The offer goes elsewhere, at once or, when the desktop may be about to come back, at the end of the grace. */
function loseOffer(run: Run, agent: Agent, reservation: Reservation): void {
  const { graceEndsAt } = run.pool;
  if (run.now >= graceEndsAt) return loseAgent(run, reservation);
  if (agent.at.is === "reserved") agent.deadline = Math.max(agent.deadline ?? 0, graceEndsAt);
  setAgentTimer(run.pool, agent);
}

/** Another tab takes the phone, unless a call is on it. */
export function usePhoneHere(run: Run, agent: Agent, deviceId: string): Reply {
  if (agent.phone === deviceId) return ignored("here already");
  if (!agent.devices.includes(deviceId)) return refused("phone_elsewhere");
  if (agent.at.is === "on_contact") return refused("busy");
  agent.phone = deviceId;
  touchAgent(run.pool, agent);
  return DONE;
}
