import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { TestClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { clerk, DECEMBER, useSalesFloor } from "../../../test/support/sales-floor.ts";
import { killedAt, unlessKilled } from "../../../test/support/statements.ts";
import { type Database, withTenant } from "../../adapters/db/index.ts";
import { prepareSettlement } from "./prepare.ts";
import type { SettlementDetail } from "./schema.ts";
import { readSettlement } from "./store.ts";
import { putParty } from "./terms.ts";
import { takeFile } from "./verbs.ts";

const databases = useDatabase();
const { as, dbs, seller } = useSalesFloor(databases);

type File = { readonly name: string; readonly key: string; readonly parts: readonly string[] };
/** A file of so many parts with one row each; their references begin with its name. */
function fileOf(name: string, parts: number): File {
  const texts = Array.from({ length: parts }, (_, at) => `ref,item,amount\n${name}-${at + 1},collected,${at + 1}`);
  return { name, parts: texts, key: createHash("sha256").update(texts.join()).digest("hex") };
}

async function statement() {
  const client = await seller(null);
  const terms = { deliveryFee: "8", returnFee: "4", sharePercent: "0", tariff: null, tolerance: "0" };
  const courier = { kind: "courier", slug: "sf", name: "SF", isClient: false, from: "2026-01-01", terms } as const;
  const { partyId } = await as(client, clerk, (tx) => putParty(tx, courier));
  const statementId = await as(client, clerk, (tx) => prepareSettlement(tx, { partyId, period: "2026-11" }, DECEMBER));
  return { client, statementId };
}
type Stage = Awaited<ReturnType<typeof statement>>;

/** As the console sends it: every part in its order, each a request of its own. */
async function send(
  { client, statementId }: Stage,
  { name, key, parts }: File,
  over: Database = dbs().db,
): Promise<void> {
  const scope = { tenantId: client.tenantId, actor: { kind: "user", userId: clerk } } as const;
  for (const [at, csv] of parts.entries()) {
    const file = { key, part: at + 1, parts: parts.length };
    await withTenant(over, scope, (tx) => takeFile(tx, { statementId, name, csv, file }));
  }
}

const read = ({ client, statementId }: { client: TestClient; statementId: string }): Promise<SettlementDetail> =>
  as(client, clerk, (tx) =>
    readSettlement(tx, { statementId, state: null, standing: null, cursor: null, limit: 200, ownOnly: false }),
  );
const refs = (shown: SettlementDetail, name: string) =>
  shown.items.flatMap((line) => (line.ref.startsWith(`${name}-`) ? [line.ref] : [])).toSorted();

test("SAL-4 a file in parts, killed at any of its statements, counts whole or not at all, and sent again it counts once", {
  timeout: 120_000,
}, async () => {
  const stage = await statement();
  let kills = 0;
  for (let killed = true; killed; ) {
    const file = fileOf(`f${++kills}`, 3);
    const over = killedAt(dbs().db, kills);
    const whole = [1, 2, 3].map((part) => `${file.name}-${part}`);
    await unlessKilled(send(stage, file, over));
    killed = over.sent() >= kills;
    const broken = await read(stage);
    if (killed) expect([[], whole]).toContainEqual(refs(broken, file.name));
    if (refs(broken, file.name).length === 0) expect(broken.lines.all).toBe((kills - 1) * 3);
    await send(stage, file);
    await send(stage, file);
    const sent = await read(stage);
    expect([refs(sent, file.name), sent.lines.all, sent.incomplete]).toEqual([whole, kills * 3, []]);
  }
  expect(kills).toBeGreaterThan(15);
});

test("SAL-4 a file that broke off is told with what is there of it, until it or another has come whole", async () => {
  const stage = await statement();
  const [broken, other] = [fileOf("broken", 3), fileOf("other", 2)];
  const scope = { tenantId: stage.client.tenantId, actor: { kind: "user", userId: clerk } } as const;
  const part = (file: File, at: number, more: Partial<{ part: number; parts: number }> = {}) =>
    withTenant(dbs().db, scope, (tx) =>
      takeFile(tx, {
        statementId: stage.statementId,
        name: file.name,
        csv: file.parts[at] ?? "",
        file: { key: file.key, part: at + 1, parts: file.parts.length, ...more },
      }),
    );
  await part(broken, 2);
  await part(broken, 0);
  const half = await read(stage);
  expect([half.lines.all, half.incomplete]).toEqual([0, [{ name: "broken", parts: 3, received: 2 }]]);
  await expect(part(broken, 1, { part: 1 })).rejects.toMatchObject({ code: "part_differs" });
  await expect(part(broken, 1, { parts: 2 })).rejects.toMatchObject({ code: "part_differs" });
  await send(stage, other);
  const followed = await read(stage);
  expect([refs(followed, "other"), followed.lines.all, followed.incomplete]).toEqual([["other-1", "other-2"], 2, []]);
  await part(broken, 1);
  expect((await read(stage)).lines.all).toBe(5);
});

test("SAL-4 the same rows count once, sent in one part or in several", async () => {
  const stage = await statement();
  const file = fileOf("same", 2);
  await send(stage, file);
  const csv = "ref,item,amount\nsame-1,collected,1\nsame-2,collected,2";
  await as(stage.client, clerk, (tx) => takeFile(tx, { statementId: stage.statementId, name: "whole", csv }));
  expect((await read(stage)).lines.all).toBe(2);
});
