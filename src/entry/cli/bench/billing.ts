import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysIn } from "../keys.ts";
import { freePorts } from "../ports.ts";
import { startDatabase } from "../stack-database.ts";
import { benchDrafts } from "./billing-drafts.ts";
import { benchIngest } from "./billing-ingest.ts";
import { benchMemory } from "./billing-memory.ts";
import type { Figure } from "./measure.ts";

/** B6 to B8: rated events into PostgreSQL and drafts out of it, each beside its yardstick on the same database. */
export async function benchBilling(
  wanted: ReadonlySet<string>,
  log: (line: string) => void,
): Promise<readonly Figure[]> {
  const has = (...ids: readonly string[]) => ids.some((id) => wanted.has(id));
  const figures: Figure[] = has("B8") ? benchMemory(log) : [];
  const dataDir = mkdtempSync(join(tmpdir(), "callhouse-bench-"));
  const [port = 0] = await freePorts(1);
  try {
    const password = keysIn(dataDir).postgresPassword;
    // As a house runs it: what is committed is on the disk, for both sides.
    const database = await startDatabase({ dataDir, port, password, durable: true, outsideUrl: undefined });
    try {
      if (has("B6", "B7")) figures.push(...(await benchIngest(database.urls, log)));
      if (has("B8")) figures.push(...(await benchDrafts(database.urls, log)));
      return figures.filter(({ id }) => wanted.has(id.split(".")[0] ?? id));
    } finally {
      await database.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
