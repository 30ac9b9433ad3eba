import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import type { RecordingStart } from "./events.ts";
import { notifyRecording } from "./params.ts";
import type { Recording } from "./state.ts";
import { setTimer, type World } from "./world.ts";

/** How long the carrier works on a recording before it can be fetched. */
const PROCESSING_MS = 1 * SECOND_MS;

export function startRecording(world: World, start: RecordingStart): void {
  const recording: Recording = {
    sid: start.sid,
    callSid: start.callSid,
    conferenceSid: start.conferenceSid,
    source: start.source,
    callback: start.callback,
    startedAt: world.now,
    status: "in-progress",
    updatedAt: world.now,
    runningSince: world.now,
    recordedMs: 0,
    durationS: null,
  };
  world.exchange.recordings.set(recording.sid, recording);
  touch(world, recording);
  notifyRecording(world, recording, "in-progress");
}

/** Pauses, resumes or stops what still runs; a recording that is over stays as it is. */
export function changeRecording(world: World, sid: string, to: "in-progress" | "paused" | "stopped"): void {
  const recording = world.exchange.recordings.get(sid);
  if (recording === undefined || !isRunning(recording)) return;
  if (recording.runningSince !== null) recording.recordedMs += world.now - recording.runningSince;
  recording.runningSince = to === "in-progress" ? world.now : null;
  recording.status = to;
  touch(world, recording);
  if (to !== "stopped") return;
  recording.durationS = Math.max(1, Math.round(recording.recordedMs / SECOND_MS));
  setTimer(world, `${sid}/processed`, world.now + PROCESSING_MS, { kind: "recording_processed", recordingSid: sid });
}

export function recordingProcessed(world: World, sid: string): void {
  const recording = world.exchange.recordings.get(sid);
  if (recording === undefined || recording.status === "completed") return;
  recording.status = "completed";
  touch(world, recording);
  notifyRecording(world, recording, "completed");
}

/** A Record verb that heard nothing: the carrier keeps no sound. */
export function discardRecording(world: World, sid: string): void {
  const recording = world.exchange.recordings.get(sid);
  if (recording === undefined) return;
  recording.status = "absent";
  recording.runningSince = null;
  recording.durationS = 0;
  touch(world, recording);
  notifyRecording(world, recording, "absent");
}

export function stopRecordingsOf(world: World, owner: { callSid?: string; conferenceSid?: string }): void {
  for (const recording of world.exchange.recordings.values()) {
    if (!isRunning(recording)) continue;
    if (owner.callSid !== undefined && recording.callSid === owner.callSid)
      changeRecording(world, recording.sid, "stopped");
    if (owner.conferenceSid !== undefined && recording.conferenceSid === owner.conferenceSid) {
      changeRecording(world, recording.sid, "stopped");
    }
  }
}

function isRunning(recording: Recording): boolean {
  return recording.status === "in-progress" || recording.status === "paused";
}

function touch(world: World, recording: Recording): void {
  recording.updatedAt = world.now;
  world.touched.add(`recording/${recording.sid}`);
}
