import { createHmac } from "node:crypto";
import { chance, type Random } from "../../../domain/kernel/random.ts";
import type { Faults } from "./faults.ts";
import { API_VERSION } from "./requests.ts";

export type StripeEvent = {
  readonly id: string;
  readonly object: "event";
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: object };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
};

/** When events that were not taken are sent again, real time. Stripe tries for days; what is simulated is that it does. */
const RETRY_MS = [250, 1_000, 4_000, 15_000, 60_000];
const REVERSED_GAP_MS = 60;
const DELIVERY_LIMIT_MS = 20_000;
const UNKNOWN_TYPE = "treasury.parrot.repeated";

export function eventOf(
  type: string,
  object: object,
  at: { id: string; created: number; requestId: string; key: string | null },
): StripeEvent {
  return {
    id: at.id,
    object: "event",
    api_version: API_VERSION,
    created: at.created,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: at.requestId, idempotency_key: at.key },
    type,
  };
}

/** The way of events to the application: rows with an hour, gone when the application has answered 2xx. */
export class Deliveries {
  readonly #storage: DurableObjectStorage;
  readonly #target: { readonly url: string; readonly secret: string; readonly nowS: () => number };
  #running: Promise<void> | null = null;

  constructor(storage: DurableObjectStorage, target: { url: string; secret: string; nowS: () => number }) {
    this.#storage = storage;
    this.#target = target;
    storage.sql.exec(
      "create table if not exists delivery (seq integer primary key autoincrement, due_at real not null, attempts integer not null, json text not null)",
    );
  }

  /** The events of one deed, in its order unless faults say otherwise. */
  add(events: readonly StripeEvent[], faults: Faults, random: Random): void {
    const now = Date.now();
    const reversed = chance(random, faults.reverse);
    for (const [at, event] of events.entries()) {
      if (chance(random, faults.lose)) continue;
      const late = chance(random, faults.delay) ? faults.delayMs : 0;
      const due = now + late + (reversed ? (events.length - at) * REVERSED_GAP_MS : 0);
      this.#put(event, due);
      if (chance(random, faults.duplicate)) this.#put(event, due + REVERSED_GAP_MS);
      if (chance(random, faults.unknown)) this.#put({ ...event, id: `${event.id}x`, type: UNKNOWN_TYPE }, due);
    }
    void this.#sleep();
  }

  /** Sends what is due, in order of its hour; one round at a time. */
  run(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  waiting(): number {
    return this.#storage.sql.exec<{ n: number }>("select count(*) as n from delivery").one().n;
  }

  async #round(): Promise<void> {
    const due = [
      ...this.#storage.sql.exec<{ seq: number; attempts: number; json: string }>(
        "select seq, attempts, json from delivery where due_at <= ? order by due_at, seq limit 100",
        Date.now(),
      ),
    ];
    for (const { seq, attempts, json } of due) {
      const taken = await this.#send(json);
      const again = RETRY_MS[attempts];
      if (taken || again === undefined) this.#storage.sql.exec("delete from delivery where seq = ?", seq);
      else {
        const at = Date.now() + again;
        this.#storage.sql.exec("update delivery set attempts = attempts + 1, due_at = ? where seq = ?", at, seq);
      }
    }
    await this.#sleep();
  }

  async #send(json: string): Promise<boolean> {
    const { url, secret, nowS } = this.#target;
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
          "stripe-signature": signature(json, secret, nowS()),
        },
        body: json,
        signal: AbortSignal.timeout(DELIVERY_LIMIT_MS),
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch (error) {
      console.warn(JSON.stringify({ what: "event_undelivered", why: String(error) }));
      return false;
    }
  }

  #put(event: StripeEvent, dueAt: number): void {
    this.#storage.sql.exec(
      "insert into delivery (due_at, attempts, json) values (?, 0, ?)",
      dueAt,
      JSON.stringify(event, null, 2),
    );
  }

  async #sleep(): Promise<void> {
    const [next] = this.#storage.sql.exec<{ due_at: number }>("select due_at from delivery order by due_at limit 1");
    if (next !== undefined) await this.#storage.setAlarm(Math.max(Date.now(), next.due_at));
  }
}

/** HMAC-SHA256 over `t.body`, as Stripe signs. */
export function signature(body: string, secret: string, atS: number): string {
  return `t=${atS},v1=${createHmac("sha256", secret).update(`${atS}.${body}`, "utf8").digest("hex")}`;
}
