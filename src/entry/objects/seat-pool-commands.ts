import { type AgentId, asId, type ReservationId } from "../../domain/kernel/ids.ts";
import type { PoolEvent } from "../../domain/routing/index.ts";
import { type DesktopCommand, DesktopCommandSchema } from "../../features/routing/schema.ts";

/** What a frame from a socket asks for. */
export type Heard =
  | { readonly is: "event"; readonly id: string; readonly event: PoolEvent }
  | { readonly is: "snapshot" | "ping" }
  | { readonly is: "refused"; readonly id: string; readonly code: string };

/** Longer than any command can be: what is longer is not parsed. */
const FRAME_MAX = 4_096;

/** Reads one frame. Whatever it holds, the answer is an event, a request or a refusal with a code; never an exception. */
export function commandFrom(
  frame: string | ArrayBuffer,
  who: { readonly agentId: AgentId | null; readonly deviceId: string },
): Heard {
  if (typeof frame !== "string" || frame.length > FRAME_MAX) return { is: "refused", id: "", code: "bad_frame" };
  const json = parseJson(frame);
  const parsed = DesktopCommandSchema.safeParse(json);
  if (!parsed.success) return { is: "refused", id: idOf(json), code: codeOf(json) };
  const command = parsed.data;
  if (command.cmd === "snapshot" || command.cmd === "ping") return { is: command.cmd };
  if (who.agentId === null) return { is: "refused", id: command.id, code: "unknown_command" };
  return { is: "event", id: command.id, event: eventOf(command, who.agentId, who.deviceId) };
}

type AgentCommand = Exclude<DesktopCommand, { cmd: "snapshot" } | { cmd: "ping" }>;

function eventOf(command: AgentCommand, agentId: AgentId, deviceId: string): PoolEvent {
  switch (command.cmd) {
    case "set_state":
      return { type: "set_state", agentId, to: command.to, reason: command.reason };
    case "cancel_next_state":
      return { type: "cancel_next_state", agentId };
    case "accept":
      return { type: "accept", agentId, deviceId, reservationId: asId<ReservationId>(command.reservationId) };
    case "decline":
      return { type: "decline", agentId, reservationId: asId<ReservationId>(command.reservationId) };
    case "extend_wrap_up":
      return { type: "extend_wrap_up", agentId, reservationId: asId<ReservationId>(command.reservationId) };
    case "use_here":
      return { type: "use_here", agentId, deviceId };
  }
}

const COMMANDS: readonly string[] = DesktopCommandSchema.options.map((option) => option.shape.cmd.value);

function codeOf(json: unknown): string {
  const cmd = typeof json === "object" && json !== null && "cmd" in json ? json.cmd : null;
  return typeof cmd === "string" && !COMMANDS.includes(cmd) ? "unknown_command" : "bad_frame";
}

function idOf(json: unknown): string {
  const id = typeof json === "object" && json !== null && "id" in json ? json.id : "";
  return typeof id === "string" ? id.slice(0, 64) : "";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON: the schema refuses null
  }
}
