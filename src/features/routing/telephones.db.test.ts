import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withOperator } from "../../adapters/db/index.ts";
import { type AgentId, asId, type PhoneNumber } from "../../domain/kernel/ids.ts";
import { applyTenants } from "../../entry/cli/tenants.ts";
import { readPools } from "../numbers/store.ts";
import { stableId } from "../tenants/stable-id.ts";
import { changeTelephone, readTelephone } from "./telephones.ts";

const databases = useDatabase();
const AGENT = stableId<AgentId>("agent", "wang-wei");
const BY = { userId: "00000000-0000-4000-8000-00000000abcd", name: "Wu Min" };
const NUMBER = asId<PhoneNumber>("+862166660199");

const apply = () =>
  applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  });
let operatorDb: Database;
beforeAll(async () => {
  operatorDb = connect(databases.urls.operator, { max: 1 });
  await apply();
});
afterAll(() => operatorDb.close());

const read = async () => {
  const found = await readTelephone(operatorDb, AGENT);
  if (found === null) throw new Error("the agent is not there");
  return found;
};
const change = async (telephone: { number: string; rings: "on_accept" | "at_once" } | null) =>
  changeTelephone(operatorDb, { agentId: AGENT, version: (await read()).version, telephone }, BY);
const published = () =>
  withOperator(
    operatorDb,
    async (tx) => (await readPools(tx)).agents.find(({ profile }) => profile.agentId === AGENT)?.profile.telephone,
  );

describe("ACD-6 an agent's telephone, set by who runs the floor", () => {
  test("reaches what is published to the pool, and is recorded once however often it is said", async () => {
    expect(await published()).toBeUndefined();
    await change({ number: NUMBER, rings: "at_once" });
    await change({ number: NUMBER, rings: "at_once" });
    expect(await published()).toEqual({ number: NUMBER, rings: "at_once" });
    expect(await read()).toMatchObject({ changedBy: "Wu Min", differsFromFiles: true });
    const audit = await databases.admin`
      select detail from house.audit where action = 'agent_telephone_changed' and subject_id = ${AGENT}`;
    expect(audit.map(({ detail }) => detail.changes[0].to)).toEqual([{ number: NUMBER, rings: "at_once" }]);
  });

  test("is not undone by the files", async () => {
    await change({ number: NUMBER, rings: "on_accept" });
    await apply();
    expect(await published()).toEqual({ number: NUMBER, rings: "on_accept" });
    await change(null);
    expect(await published()).toBeUndefined();
  });

  test("is no line of the house, whichever client's: the call would come in at the front again", async () => {
    const before = await read();
    const lines = await databases.admin<{ e164: string }[]>`select e164 from house.lines`;
    expect(lines.length).toBeGreaterThan(2);
    for (const { e164 } of lines) {
      const own = change({ number: asId<PhoneNumber>(e164), rings: "at_once" });
      await expect(own).rejects.toMatchObject({ code: "own_number" });
    }
    expect(await read()).toEqual(before);
  });

  test("is refused where somebody has changed it since it was read, and for nobody", async () => {
    const { version } = await read();
    await change({ number: NUMBER, rings: "on_accept" });
    const late = changeTelephone(operatorDb, { agentId: AGENT, version, telephone: null }, BY);
    await expect(late).rejects.toMatchObject({ code: "changed_meanwhile" });
    const nobody = asId<AgentId>("00000000-0000-4000-8000-000000000000");
    expect(await readTelephone(operatorDb, nobody)).toBeNull();
    expect(await changeTelephone(operatorDb, { agentId: nobody, version: 1, telephone: null }, BY)).toBeNull();
  });
});
