import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, test } from "vitest";
import { smallConfig, smallTicket } from "../../domain/routing/fixture.ts";
import type { Ticket } from "../../domain/routing/index.ts";
import { FloorFrameSchema } from "../../features/routing/schema.ts";
import type { Env } from "../env.ts";
import type { SeatPool } from "./seat-pool.ts";

const env = bindings as unknown as Env;

/** A pool without agents whose clock the test sets; its site is in Shanghai. Far ahead, so that no alarm comes by itself. */
async function openPool(start: string) {
  const clock = { now: Date.parse(start) };
  const id = env.SEAT_POOL.idFromName(`pool:${crypto.randomUUID()}`);
  const stub = () => env.SEAT_POOL.get(id) as unknown as DurableObjectStub<SeatPool>;
  await runInDurableObject(stub(), (object: SeatPool) => {
    const own = { now: () => clock.now, realInstant: (at: number) => at };
    Reflect.set(object, "config", { ...Reflect.get(object, "config"), clock: own });
  });
  await stub().configure(smallConfig({ agents: 0 }));
  return { clock, stub };
}

/** What a supervisor sees who opens the floor now. */
async function figures({ stub }: Awaited<ReturnType<typeof openPool>>) {
  const headers = { upgrade: "websocket", "x-callhouse-role": "supervisor" };
  const { webSocket: socket } = await stub().fetch("http://pool/", { headers });
  if (socket === null) throw new Error("no socket");
  const frame = new Promise<string>((seen) => {
    socket.addEventListener("message", (event) => seen(String(event.data)), { once: true });
  });
  socket.accept();
  const { queues } = FloorFrameSchema.parse(JSON.parse(await frame));
  socket.close();
  return queues[0];
}

test("REP-1 MON-1 a queue's figures begin anew at midnight of its client, also unasked, and a stay ends in the day it began", async () => {
  const pool = await openPool("2027-11-20T22:59:00Z"); // a minute before midnight in Berlin
  const day = { date: "2027-11-20", timeZone: "Europe/Berlin" };
  const early: Ticket = { ...smallTicket("early", pool.clock.now), day };
  await pool.stub().wait(early);
  expect(await figures(pool)).toMatchObject({ offered: 1, waiting: 1 });
  const midnight = Date.parse("2027-11-20T23:00:00Z");
  expect(await runInDurableObject(pool.stub(), (_, { storage }) => storage.getAlarm())).toBeLessThanOrEqual(midnight);
  pool.clock.now = midnight;
  expect(await figures(pool)).toMatchObject({ offered: 0, waiting: 1 });
  await pool.stub().withdraw(early.contactId, "abandoned", 1, { waitedMs: 60_000 });
  expect(await figures(pool)).toMatchObject({ offered: 0, abandoned: 0, waiting: 0 });
  const late: Ticket = { ...smallTicket("late", midnight), day: { ...day, date: "2027-11-21" } };
  await pool.stub().withdraw(late.contactId, "abandoned", 1, { waitedMs: 4_999, ticket: late });
  expect(await figures(pool)).toMatchObject({ offered: 1, abandoned: 1, shortAbandoned: 1, waiting: 0 });
});

test("REP-1 a contact that was queued before its day was noted counts by the site's", async () => {
  const pool = await openPool("2027-11-20T15:59:00Z"); // a minute before midnight at the site
  await pool.stub().wait(smallTicket("old", pool.clock.now));
  expect(await figures(pool)).toMatchObject({ offered: 1 });
  pool.clock.now += 60_000;
  expect(await figures(pool)).toMatchObject({ offered: 0, waiting: 1 });
});
