import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchRls } from "../bench-rls.ts";
import { keysIn } from "../keys.ts";
import { freePorts } from "../ports.ts";
import { startDatabase } from "../stack-database.ts";
import { bootstrap, type Figure } from "./measure.ts";

/** B9 and B10: what the walls between clients cost, on a database of its own. */
export async function benchWalls(wanted: ReadonlySet<string>, log: (line: string) => void): Promise<readonly Figure[]> {
  log("B9, B10: row-level security and the tenant's transaction");
  const dataDir = mkdtempSync(join(tmpdir(), "callhouse-bench-"));
  const [port = 0] = await freePorts(1);
  try {
    const password = keysIn(dataDir).postgresPassword;
    const database = await startDatabase({ dataDir, port, password, durable: false, outsideUrl: undefined });
    try {
      const { b9, b10 } = await benchRls(database.urls);
      const figures: readonly Figure[] = [
        figure(
          "B9.point",
          "point read under row-level security",
          "the same without a policy",
          1.15,
          1.05,
          b9.pointRead,
        ),
        figure(
          "B9.page",
          "page of 100 rows under row-level security",
          "the same without a policy",
          1.15,
          1.05,
          b9.page100,
        ),
        figure("B9.insert", "insert under row-level security", "the same without a policy", 1.15, 1.05, b9.insert),
        figure("B10", "a read in a tenant's transaction", "the bare query", 2, 1.3, b10),
      ];
      return figures.filter(({ id }) => wanted.has(id.split(".")[0] ?? id));
    } finally {
      await database.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function figure(
  id: string,
  what: string,
  against: string,
  most: number,
  aim: number,
  ratios: readonly number[],
): Figure {
  return {
    id,
    what,
    against,
    gate: { at: "most", value: most },
    aim,
    unit: "× time",
    measured: bootstrap(ratios),
    samples: ratios.length,
    beside: {},
  };
}
