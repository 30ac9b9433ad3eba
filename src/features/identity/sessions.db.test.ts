import { createHash, randomUUID, scryptSync } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, DatabaseOutage, withOperator } from "../../adapters/db/index.ts";
import { hashPassword, liveSessions, sessionsOn, setPassword } from "./index.ts";
import { rememberedSessions } from "./remembered.ts";
import { beginAttempt, networkOf } from "./throttle.ts";

const databases = useDatabase();
let db: Database;
let email = "";
let userId = "";
const PASSWORD = "correct horse 电池";
const NETWORK = "198.51.100";

let hash = "";

beforeAll(async () => {
  hash = await hashPassword(PASSWORD);
  db = connect(databases.urls.operator);
});
afterAll(() => db.close());

beforeEach(async () => {
  userId = randomUUID();
  email = `${userId}@Callhouse.example`;
  await databases.admin`insert into house.users (id, email, email_lower, name, password_hash, locale)
    values (${userId}, ${email}, ${email.toLowerCase()}, 'Test', ${hash}, 'en-GB')`;
  await databases.admin`insert into house.user_roles (user_id, role) values (${userId}, 'supervisor'), (${userId}, 'billing_admin')`;
});

const sessions = (secure = true) => sessionsOn(db, secure);
const signIn = (password = PASSWORD, network = NETWORK) => sessions().signIn({ email, password, network });
const cookieOf = (setCookie: string) => setCookie.split(";")[0] ?? "";
const stored = () =>
  databases.admin`select id_hash, expires_at, created_at from house.sessions where user_id = ${userId}`;

test("SEC-3 a sign-in gives a cookie for this host alone, and the database keeps only a hash of it", async () => {
  const { cookie, signedIn } = await signIn();
  expect(cookie).toMatch(/^__Host-callhouse=[a-z0-9]{32,};/);
  expect(cookie).toContain("Secure");
  expect(cookie).toContain("HttpOnly");
  expect(cookie).toContain("SameSite=Lax");
  expect(signedIn.roles.map(({ role }) => role)).toEqual(["billing_admin", "supervisor"]);
  const id = cookieOf(cookie).split("=")[1] ?? "";
  const rows = await stored();
  expect(rows.map((row) => row.id_hash)).toEqual([createHash("sha256").update(id).digest("hex")]);
  expect(JSON.stringify(rows)).not.toContain(id);
});

test("over plain HTTP the cookie has another name and no Secure, or browsers would drop it", async () => {
  const { cookie } = await sessions(false).signIn({ email, password: PASSWORD, network: NETWORK });
  expect(cookie).toMatch(/^callhouse=/);
  expect(cookie).not.toContain("Secure");
});

test("a session is read with its roles as they are now, until it is signed out", async () => {
  const cookie = cookieOf((await signIn()).cookie);
  expect((await sessions().read(cookie))?.signedIn.email).toBe(email);
  await databases.admin`delete from house.user_roles where user_id = ${userId} and role = 'supervisor'`;
  expect((await sessions().read(cookie))?.signedIn.roles.map(({ role }) => role)).toEqual(["billing_admin"]);
  await sessions().signOut(cookie);
  expect(await sessions().read(cookie)).toBeNull();
  expect(await stored()).toHaveLength(0);
});

test.each([
  ["idle for 30 minutes", "expires_at = now() - interval '1 second'"],
  ["12 hours old, however busy", "created_at = now() - interval '12 hours 1 second'"],
])("a session that is %s is over", async (_case, change) => {
  const cookie = cookieOf((await signIn()).cookie);
  await databases.admin.unsafe(`update house.sessions set ${change} where user_id = '${userId}'`);
  expect(await sessions().read(cookie)).toBeNull();
});

test("use moves the end on to 30 minutes from now, and never beyond 12 hours from the beginning", async () => {
  const cookie = cookieOf((await signIn()).cookie);
  await databases.admin`update house.sessions set expires_at = now() + interval '2 minutes' where user_id = ${userId}`;
  expect(await sessions().read(cookie)).not.toBeNull();
  const left = async () => Math.round(((await stored())[0]?.expires_at.getTime() - Date.now()) / 60_000);
  expect(await left()).toBe(30);
  await databases.admin`update house.sessions set created_at = now() - interval '11 hours 50 minutes', expires_at = now() + interval '2 minutes'
    where user_id = ${userId}`;
  expect(await sessions().read(cookie)).not.toBeNull();
  expect(await left()).toBe(10);
});

test("a disabled user is out at the next request and cannot come in again", async () => {
  const cookie = cookieOf((await signIn()).cookie);
  await databases.admin`update house.users set status = 'disabled' where id = ${userId}`;
  expect(await sessions().read(cookie)).toBeNull();
  await expect(signIn()).rejects.toMatchObject({ code: "wrong_credentials" });
});

test("with the database away a session seen confirmed goes on, another does not, and a sign-out here counts at once", async () => {
  const remembered = rememberedSessions();
  const here = sessionsOn(db, true, remembered);
  const nowhere = connect("postgres://callhouse_operator:none@127.0.0.1:9/none");
  const away = sessionsOn(nowhere, true, remembered);
  const cookie = cookieOf((await signIn()).cookie);
  await expect(away.read(cookie)).rejects.toBeInstanceOf(DatabaseOutage);
  expect((await here.read(cookie))?.signedIn.email).toBe(email);
  expect((await away.read(cookie))?.signedIn.email).toBe(email);
  await expect(away.read("__Host-callhouse=guess")).rejects.toBeInstanceOf(DatabaseOutage);
  await expect(away.signOut(cookie)).rejects.toBeInstanceOf(DatabaseOutage);
  await expect(away.read(cookie)).rejects.toBeInstanceOf(DatabaseOutage);
});

test("what was revoked during an outage is gone when the database is back, and stays gone in the next", async () => {
  const remembered = rememberedSessions();
  const here = sessionsOn(db, true, remembered);
  const away = sessionsOn(connect("postgres://callhouse_operator:none@127.0.0.1:9/none"), true, remembered);
  const cookie = cookieOf((await signIn()).cookie);
  await here.read(cookie);
  await databases.admin`delete from house.sessions where user_id = ${userId}`;
  expect(await away.read(cookie)).not.toBeNull();
  expect(await here.read(cookie)).toBeNull();
  await expect(away.read(cookie)).rejects.toBeInstanceOf(DatabaseOutage);
});

test("a held socket moves its session's end on, another kind of socket does not, and ended sessions are not named", async () => {
  const { cookie } = await signIn();
  const hash = createHash("sha256")
    .update(cookieOf(cookie).split("=")[1] ?? "")
    .digest("hex");
  const left = async () => Math.round(((await stored())[0]?.expires_at.getTime() - Date.now()) / 60_000);
  const look = (keepAlive: boolean) =>
    withOperator(db, (tx) => liveSessions(tx, [hash, "0".repeat(64)], { keepAlive }));
  await databases.admin`update house.sessions set expires_at = now() + interval '2 minutes' where user_id = ${userId}`;
  expect([...(await look(false))]).toEqual([hash]);
  expect(await left()).toBe(2);
  expect([...(await look(true))]).toEqual([hash]);
  expect(await left()).toBe(30);
  await databases.admin`update house.sessions set created_at = now() - interval '12 hours 1 second' where user_id = ${userId}`;
  expect([...(await look(true))]).toEqual([]);
  await databases.admin`update house.sessions set created_at = now() where user_id = ${userId}`;
  await databases.admin`update house.users set status = 'disabled' where id = ${userId}`;
  expect([...(await look(true))]).toEqual([]);
});

test("SEC-3 a session ended while a held socket moves it on stays ended", async () => {
  await signIn();
  const [{ id_hash: hash } = { id_hash: "" }] = await databases.admin<{ id_hash: string }[]>`
    update house.sessions set expires_at = now() + interval '2 minutes' where user_id = ${userId} returning id_hash`;
  const look = () => withOperator(db, (tx) => liveSessions(tx, [hash], { keepAlive: true }));
  const moving = await databases.admin.begin(async (ending) => {
    await ending`update house.sessions set expires_at = now() - interval '1 second' where id_hash = ${hash}`;
    const begun = { look: look() };
    await expect
      .poll(() => databases.admin`select from pg_locks where not granted and locktype = 'transactionid'`, {
        timeout: 15_000,
      })
      .not.toHaveLength(0);
    return begun;
  });
  await moving.look;
  expect((await stored())[0]?.expires_at.getTime()).toBeLessThan(Date.now());
  expect([...(await look())]).toEqual([]);
});

test.each([[null], [""], ["__Host-callhouse="], ["__Host-callhouse=guess"], ["callhouse=guess"]])(
  "the cookie %j signs nobody in",
  async (cookie) => {
    expect(await sessions().read(cookie)).toBeNull();
  },
);

test("a wrong password and an unknown address get the same words after the same work", async () => {
  const failed = async (given: { email: string; password: string }) => {
    const startedMs = performance.now();
    const error = await sessions()
      .signIn({ ...given, network: NETWORK })
      .catch((refusal: unknown) => refusal);
    return { text: String(error), ms: performance.now() - startedMs };
  };
  const wrong = await failed({ email, password: "wrong" });
  const unknown = await failed({ email: `${randomUUID()}@callhouse.example`, password: "wrong" });
  expect(unknown.text).toBe(wrong.text);
  expect(unknown.ms).toBeGreaterThan(wrong.ms / 8);
});

test("after five failures each wait doubles, the right password too must wait, and nobody is locked out for good", async () => {
  for (let failure = 0; failure < 6; failure += 1) await signIn("wrong").catch(() => undefined);
  await expect(signIn()).rejects.toMatchObject({ kind: "too_many", code: "too_many_attempts" });
  const blocked =
    await databases.admin`select extract(epoch from max(blocked_until) - now()) as s from house.sign_in_attempts`;
  expect(Number(blocked[0]?.s)).toBeLessThanOrEqual(300);
  // Another network is not held up: a rival cannot lock a floor out.
  expect((await signIn(PASSWORD, "203.0.113")).signedIn.email).toBe(email);
  await databases.admin`update house.sign_in_attempts set blocked_until = now() - interval '1 second'`;
  expect((await signIn()).signedIn.email).toBe(email);
});

test("SEC-3 two who sign in to one account at the same moment do not hold each other up", async () => {
  const wait = await withOperator(db, async (earlier) => {
    await earlier.execute(sql`select now()`); // the earlier one's transaction has begun
    await withOperator(db, (later) => beginAttempt(later, email, NETWORK));
    return beginAttempt(earlier, email, NETWORK);
  });
  expect(wait).toBeNull();
});

test("a password hashed with older parameters is right, and hashed again at sign-in", async () => {
  const salt = Buffer.alloc(16, 3);
  const old = scryptSync(PASSWORD.normalize("NFKC"), salt, 32, { N: 4_096, r: 8, p: 1 });
  const former = ["scrypt", 4_096, 8, 1, salt.toString("base64url"), old.toString("base64url")].join("$");
  await databases.admin`update house.users set password_hash = ${former} where id = ${userId}`;
  await signIn();
  const [user] = await databases.admin`select password_hash from house.users where id = ${userId}`;
  expect(user?.password_hash).toMatch(/^scrypt\$16384\$8\$5\$/);
  expect((await signIn()).signedIn.email).toBe(email);
});

test("a user whose stored password is no hash cannot sign in", async () => {
  await databases.admin`update house.users set password_hash = 'none' where id = ${userId}`;
  await expect(signIn("none")).rejects.toMatchObject({ code: "wrong_credentials" });
});

test.each([
  ["198.51.100.7", "198.51.100"],
  ["2001:db8:1:2::3", "2001:db8:1"],
  [null, "unknown"],
])("the network of %s is %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("SEC-1 a password that is set signs in at once, and ends the sessions of before", async () => {
  const before = cookieOf((await signIn()).cookie);
  expect(await setPassword(db, email.toUpperCase(), "given by the house", "test")).toBe(true);
  expect(await sessions().read(before)).toBeNull();
  await expect(signIn()).rejects.toMatchObject({ code: "wrong_credentials" });
  expect((await signIn("given by the house")).signedIn.userId).toBe(userId);
  const written =
    await databases.admin`select actor_kind, actor_id, action from house.audit where subject_id = ${userId}`;
  expect(written.map((row) => ({ ...row }))).toEqual([{ actor_kind: "cli", actor_id: "test", action: "password_set" }]);
});

test("SEC-1 nobody is given a password who does not sign in here, or may not any more", async () => {
  expect(await setPassword(db, "nobody@callhouse.example", "given by the house", "test")).toBe(false);
  await databases.admin`update house.users set status = 'disabled' where id = ${userId}`;
  expect(await setPassword(db, email, "given by the house", "test")).toBe(false);
});
