import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { TestClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { clerk, DECEMBER, useSalesFloor } from "../../../test/support/sales-floor.ts";
import { killedAt, unlessKilled } from "../../../test/support/statements.ts";
import { type Database, withTenant } from "../../adapters/db/index.ts";
import { dropParts } from "./files-store.ts";
import { prepareSettlement } from "./prepare.ts";
import type { SettlementDetail } from "./schema.ts";
import { readSettlement } from "./store.ts";
import { putParty } from "./terms.ts";
import { acceptStatement, decideLines, dropBrokenFile, takeFile } from "./verbs.ts";

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
  const told = { key: broken.key, name: "broken", parts: 3, received: 2, missing: [2] };
  expect([half.lines.all, half.incomplete]).toEqual([0, [told]]);
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

test("SAL-4 a statement is not agreed while parts of a file are missing, and the refusal names them", async () => {
  const stage = await statement();
  const file = fileOf("broken", 4);
  const scope = { tenantId: stage.client.tenantId, actor: { kind: "user", userId: clerk } } as const;
  const part = (at: number) =>
    withTenant(dbs().db, scope, (tx) =>
      takeFile(tx, {
        statementId: stage.statementId,
        name: "broken.csv",
        csv: file.parts[at] ?? "",
        file: { key: file.key, part: at + 1, parts: 4 },
      }),
    );
  const accept = () => as(stage.client, clerk, (tx) => acceptStatement(tx, stage.statementId, DECEMBER));
  await part(0);
  await part(2);
  const refused = await accept().catch((problem: unknown) => problem);
  expect(refused).toMatchObject({
    kind: "conflict",
    code: "file_incomplete",
    message: "broken.csv: parts 2, 4 of 4 are missing",
    faults: [{ path: "incomplete.0.missing", rule: { is: "parts_missing", limit: "2, 4" } }],
  });
  await part(1);
  await expect(accept()).rejects.toMatchObject({ message: "broken.csv: part 4 of 4 is missing" });
  await part(3);
  // The file is here whole; its lines are theirs alone and wait for people, as always.
  await expect(accept()).rejects.toMatchObject({ code: "lines_open" });
});

test("SAL-4 nobody waits any more for a file that broke off: it can be agreed without it, and a whole one stays for ever", async () => {
  const stage = await statement();
  const [broken, whole] = [fileOf("broken", 2), fileOf("whole", 2)];
  const { statementId } = stage;
  await send(stage, whole);
  const part = { ...broken, parts: broken.parts.slice(0, 1) };
  const scope = { tenantId: stage.client.tenantId, actor: { kind: "user", userId: clerk } } as const;
  const half = () =>
    withTenant(dbs().db, scope, (tx) =>
      takeFile(tx, { statementId, name: "b", csv: part.parts[0] ?? "", file: { key: broken.key, part: 1, parts: 2 } }),
    );
  const drop = (key: string) => as(stage.client, clerk, (tx) => dropBrokenFile(tx, { statementId, key }));
  await half();
  expect(await drop(broken.key)).toMatchObject({ name: "b", received: 1, missing: [2] });
  expect((await read(stage)).incomplete).toEqual([]);
  await expect(drop(broken.key)).rejects.toMatchObject({ code: "file_not_broken" });
  await expect(drop(whole.key)).rejects.toMatchObject({ code: "file_not_broken" });
  const byForce = as(stage.client, clerk, (tx) => dropParts(tx, statementId, whole.key));
  await expect(byForce).rejects.toThrow();
  expect(refs(await read(stage), "whole")).toEqual(["whole-1", "whole-2"]);

  await half();
  const lineIds = (await read(stage)).items.map(({ lineId }) => lineId);
  const decided = { statementId, lineIds, decision: "accept_theirs", reason: "as they say" } as const;
  await as(stage.client, clerk, (tx) => decideLines(tx, decided, DECEMBER));
  const accept = () => as(stage.client, clerk, (tx) => acceptStatement(tx, statementId, DECEMBER));
  await expect(accept()).rejects.toMatchObject({ code: "file_incomplete" });
  await drop(broken.key);
  await accept();
  expect((await read(stage)).status).toBe("accepted");
  await expect(drop(broken.key)).rejects.toMatchObject({ code: "no_draft" });
});
