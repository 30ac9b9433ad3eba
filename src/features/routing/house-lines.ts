import { sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";

/**
 * Which of these numbers are lines of the house, whichever client's: the house's own register tells, and no client's rows.
 * Whoever is handed to one of them comes in at the front again, and may go round for ever.
 */
export async function linesAmong(tx: OperatorTx, numbers: readonly string[]): Promise<string[]> {
  if (numbers.length === 0) return [];
  const rows = await tx.execute<{ e164: string }>(sql`
    select l.e164 from house.lines l join jsonb_array_elements_text(${JSON.stringify(numbers)}::jsonb) as asked on asked = l.e164
    order by 1`);
  return rows.map(({ e164 }) => e164);
}
