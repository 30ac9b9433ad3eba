import { randomBytes, randomUUID } from "node:crypto";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { sealAccount } from "../../../adapters/carriers/seal.ts";
import type { LineConfig } from "../../../domain/call/line-config.ts";
import type { FlowStep } from "../../../domain/flow/flow.ts";
import { asId, type PoolId, type StepId } from "../../../domain/kernel/ids.ts";
import { contactIdOf } from "../../objects/contact-id.ts";
import { type Wire, wire } from "./load.ts";
import type { ContactName, Published } from "./worker.ts";

/** One client with a number, as the carrier knows it. */
type Client = { readonly line: LineConfig; readonly token: string; readonly accountSid: string };
/** One caller's webhooks, built and signed. */
export type CallWires = ContactName & {
  readonly arrival: Wire;
  /** A key that leads to another step of the menu. */
  readonly key: Wire;
  /** A key that leads into the queue. */
  readonly queue: Wire;
  readonly hangUp: Wire;
  /** The same bytes to a bare object of its own: first and second time. */
  readonly bare: Wire;
};

const AUTH_TOKEN = "bench-auth-token-of-32-characters";
const CLIENTS = 8;

/** Signed webhooks of distinct callers to several clients' numbers. */
export class CallTraffic {
  private readonly publicUrl: string;
  private readonly host: string;
  private readonly clients: readonly Client[];
  readonly published: Published;

  private constructor(publicUrl: string, host: string, clients: readonly Client[], poolId: PoolId) {
    this.publicUrl = publicUrl;
    this.host = host;
    this.clients = clients;
    const brands = clients.map(({ line }) => ({
      id: line.brand.id,
      tenantId: line.tenantId,
      name: "B",
      color: "#123456",
    }));
    this.published = {
      lines: clients.map(({ line }) => line),
      pool: { poolId, version: 1, timeZone: "UTC", agents: [], tenants: [], brands },
    };
  }

  static async open(publicUrl: string, host: string, sealKey: string): Promise<CallTraffic> {
    const poolId = asId<PoolId>(randomUUID());
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => openClient(index, poolId, sealKey)),
    );
    return new CallTraffic(publicUrl, host, clients, poolId);
  }

  /** A genuine notice that changes nothing: verified, parsed, answered. */
  notices(count: number): Wire[] {
    return Array.from({ length: count }, (_, index) => {
      const client = this.clientOf(index);
      return this.sign(client, `/c/${randomUUID()}/conference`, {
        ConferenceSid: sid("CF"),
        FriendlyName: `contact-${randomUUID()}`,
        StatusCallbackEvent: "participant-speech-start",
        CallSid: sid("CA"),
        SequenceNumber: "3",
        Timestamp: "Tue, 24 Nov 2026 10:00:00 +0000",
      });
    });
  }

  calls(count: number): Promise<CallWires[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.call(this.clientOf(index))));
  }

  hello(count: number): Wire[] {
    return Array.from({ length: count }, () => wire("GET", "/hello", this.host));
  }

  private async call(client: Client): Promise<CallWires> {
    const callSid = sid("CA");
    const contactId = await contactIdOf(client.accountSid, callSid);
    const call = {
      CallSid: callSid,
      From: "+12015550123",
      To: client.line.number.e164,
      Direction: "inbound",
      ApiVersion: "2010-04-01",
      CallStatus: "ringing",
      Caller: "+12015550123",
      Called: client.line.number.e164,
      CallerCountry: "US",
      FromState: "NJ",
    };
    const form = { AccountSid: client.accountSid, ...call };
    return {
      tenantId: client.line.tenantId,
      contactId,
      arrival: this.sign(client, "/voice", call),
      key: this.sign(client, `/c/${contactId}/next/1`, { ...call, CallStatus: "in-progress", Digits: "9" }),
      queue: this.sign(client, `/c/${contactId}/next/2`, { ...call, CallStatus: "in-progress", Digits: "1" }),
      hangUp: this.sign(client, `/c/${contactId}/leg/caller`, {
        ...call,
        CallStatus: "completed",
        CallDuration: "7",
        SequenceNumber: "2",
      }),
      bare: wire("POST", `/bare/${contactId}`, this.host, FORM_HEADERS, new URLSearchParams(form).toString()),
    };
  }

  private sign(client: Client, path: string, fields: Readonly<Record<string, string>>): Wire {
    const full = `/t/${client.token}${path}`;
    const form = { AccountSid: client.accountSid, ...fields };
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, this.publicUrl + full, form);
    const headers = { ...FORM_HEADERS, "x-twilio-signature": signature };
    return wire("POST", full, this.host, headers, new URLSearchParams(form).toString());
  }

  private clientOf(index: number): Client {
    const client = this.clients[index % this.clients.length];
    if (client === undefined) throw new Error("broken promise: there is at least one client");
    return client;
  }
}

const FORM_HEADERS = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };

function sid(prefix: string): string {
  return prefix + randomBytes(16).toString("hex");
}

async function openClient(index: number, poolId: PoolId, sealKey: string): Promise<Client> {
  const accountSid = sid("AC");
  const line = lineOf(index, poolId);
  const token = await sealAccount(sealKey, {
    tenantId: line.tenantId,
    account: {
      carrier: "sandbox",
      accountSid,
      authTokens: [AUTH_TOKEN],
      baseUrl: "http://127.0.0.1:9",
      apiKeySid: sid("SK"),
      apiKeySecret: randomUUID(),
      applicationSid: sid("AP"),
    },
  });
  return { line, token, accountSid };
}

/** Always open, a menu, a queue: what most numbers are. */
function lineOf(index: number, poolId: PoolId): LineConfig {
  const step = asId<StepId>;
  const say = (zh: string, en: string) => ({ "zh-CN": { text: zh }, "en-US": { text: en } });
  const queueId = randomUUID();
  const steps: { readonly [id: string]: FlowStep } = {
    hours: { kind: "hours", calendar: "shop", open: step("menu"), closed: step("closed") },
    menu: {
      kind: "menu",
      say: say("订购请按1，英文请按9。", "Press 1 to order, 9 for English."),
      options: { "1": step("orders"), "9": step("menu") },
      languages: { "9": "en-US" },
      timeoutS: 5,
      repeats: 1,
      otherwise: step("orders"),
    },
    orders: {
      kind: "queue",
      queue: asId(queueId),
      music: null,
      welcome: say("请稍候。", "Please hold."),
      announceEveryS: 20,
      announcePosition: true,
      announceWait: true,
      maxWaitS: 300,
      onTimeout: step("closed"),
    },
    closed: { kind: "hangup", say: say("再见。", "Goodbye.") },
  };
  const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMin: 0, toMin: 1_440 }));
  return {
    version: 1,
    tenantId: asId(randomUUID()),
    tenantName: `Bench ${index}`,
    timeZone: "UTC",
    number: { id: asId(randomUUID()), e164: asId(`+1201555010${index}`), label: "orders" },
    brand: { id: asId(randomUUID()), name: `Bench ${index}`, color: "#123456", greeting: "Hello" },
    language: "en-US",
    flow: { id: asId(randomUUID()), version: 1, entry: step("hours"), steps },
    calendars: { shop: { timeZone: "Asia/Shanghai", weekly, exceptions: [] } },
    queues: {
      [queueId]: {
        id: asId(queueId),
        poolId,
        name: "Orders",
        priority: 5,
        skills: ["zh"],
        strategy: "longest_idle",
        ringTimeoutS: 20,
        wrapUpS: 30,
        target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
      },
    },
    recordCalls: true,
    dispositions: [{ code: "sale", label: { zh: "成交", en: "Sale" }, success: true }],
  };
}
