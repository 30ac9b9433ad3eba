import { vi } from "vitest";
import { seededRandom } from "../../src/domain/kernel/random.ts";
import { carrier, signIn } from "../../src/entry/cli/floor/house-client.ts";
import { type Habits, seatRobotAgent } from "../../src/entry/cli/floor/robot-agent.ts";
import { bootStack, type Stack } from "../../src/entry/cli/stack.ts";
import type { BilledContact } from "../../src/features/billing/schema.ts";
import { PEOPLE } from "./house.ts";

/** A call that a client's month consists of. */
export type PastCall = {
  readonly slug: string;
  readonly admin: string;
  readonly agent: string;
  readonly from: string;
  readonly to: string;
};

const HABITS: Habits = {
  answerAfterS: 0.5,
  declineShare: 0,
  missShare: 0,
  talkS: 4,
  holdShare: 0,
  wrapUpS: 0.5,
  forgetShare: 0,
  successShare: 1,
};
const USED = ["contact", "carrier_leg", "success"];
const SOON = { timeout: 60_000, interval: 200 };

/**
 * A month with calls in it, made as any other: callers ring, agents answer and wrap up with success, facts become usage.
 * The house is closed again and leaves its folder for the next month. Gives each call's contact.
 */
export async function playMonth(dataDir: string, atMs: number, calls: readonly PastCall[]): Promise<string[]> {
  const clock = { originMs: atMs, speed: 1 };
  const stack = await bootStack({ dataDir, clock, durable: false, console: false, log: () => {} });
  try {
    return await Promise.all(calls.map((call) => play(stack, call)));
  } finally {
    await stack.stop();
  }
}

async function play(stack: Stack, call: PastCall): Promise<string> {
  const { tenantId, account } = tenantOf(stack, call.slug);
  const credentials = { email: call.agent, password: stack.password };
  const agent = await seatRobotAgent(stack.host, credentials, seededRandom(7), HABITS);
  const script = [
    { on: "gather", afterS: 1, press: "1" },
    { on: "conference", afterS: 0, talkS: 60 },
  ];
  const rings = { from: call.from, to: call.to, script, patienceS: 90 };
  await carrier(stack.host, "POST", `/sandbox/accounts/${account.accountSid}/calls`, rings);
  const client = await signIn(stack.host, call.admin, stack.password);
  const billing = await signIn(stack.host, PEOPLE.billing, stack.password);
  const contactId = await vi.waitFor(async () => {
    const { items } = await client.get<{ items: { contactId: string }[] }>("/api/portal/contacts");
    if (items[0] === undefined) throw new Error("the client sees no contact");
    return items[0].contactId;
  }, SOON);
  await vi.waitFor(async () => {
    const path = `/api/billing/tenants/${tenantId}/contacts/${contactId}`;
    const kinds = (await billing.get<BilledContact>(path)).usage.map(({ kind }) => kind);
    const missing = USED.filter((kind) => !kinds.includes(kind));
    if (missing.length > 0) throw new Error(`the call has no usage of ${missing.join(", ")}`);
  }, SOON);
  await agent.stop();
  return contactId;
}

function tenantOf(stack: Stack, slug: string) {
  const found = stack.applied.tenants.find((one) => one.slug === slug);
  if (found === undefined) throw new Error(`no client ${slug} in tenants/`);
  return found;
}
