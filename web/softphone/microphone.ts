import type { Microphone } from "./port.ts";

export type OpenedMicrophone = {
  readonly kind: "real" | "silent";
  readonly stream: MediaStream;
  readonly close: () => void;
};

/** Looks without asking: may we open the microphone now, must a click come first, or is it of no use to try? */
export async function lookForMicrophone(silenceWillDo: boolean): Promise<Microphone> {
  if (navigator.mediaDevices === undefined) return silenceWillDo ? "silent" : "missing";
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some((device) => device.kind === "audioinput")) return silenceWillDo ? "silent" : "missing";
  const permission = await navigator.permissions.query({ name: "microphone" as PermissionName }).catch(() => null); // a browser that cannot tell: the click decides
  if (permission?.state === "denied") return "refused";
  return permission?.state === "granted" ? "real" : "ask";
}

/** Opens the microphone; asks the person when the browser must. Throws nothing: the answer says what went wrong. */
export async function openMicrophone(silenceWillDo: boolean): Promise<OpenedMicrophone | "refused" | "missing"> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    return { kind: "real", stream, close: () => stop(stream) };
  } catch (problem) {
    const name = problem instanceof DOMException ? problem.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") return "refused";
    return silenceWillDo ? silence() : "missing";
  }
}

/** A real audio track that carries nothing, so that the rest of the path is the same with and without a device. */
export function silence(): OpenedMicrophone {
  const context = new AudioContext();
  const { stream } = context.createMediaStreamDestination();
  return {
    kind: "silent",
    stream,
    close: () => {
      stop(stream);
      void context.close();
    },
  };
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
