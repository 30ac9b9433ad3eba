import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

/** A log that is kept beside one older one, so that a floor left running does not fill the disk. */
const LOG_BYTES_MAX = 20 * 1024 * 1024;

/** Opens `<dir>/<name>.log` for appending; what is written is never printed. */
export function openLog(dir: string, name: string): (text: string) => void {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${name}.log`);
  let size = sizeOf(file);
  return (text) => {
    const line = text.endsWith("\n") ? text : `${text}\n`;
    if (size > LOG_BYTES_MAX) {
      renameSync(file, `${file}.1`);
      size = 0;
    }
    size += line.length;
    try {
      appendFileSync(file, line);
    } catch {
      // A full disk must not end the calls that are in progress; PostgreSQL and the start say it aloud.
    }
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
