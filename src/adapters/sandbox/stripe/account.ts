import { DurableObject } from "cloudflare:workers";
import { chance, type Random, seededRandom } from "../../../domain/kernel/random.ts";
import { houseNow, type Settings, settingsOf, type Variables } from "../settings.ts";
import { type Balance, Books } from "./books.ts";
import { Deliveries, eventOf, type StripeEvent } from "./deliveries.ts";
import { type Desk, pay } from "./desk.ts";
import { type Faults, NO_FAULTS } from "./faults.ts";
import { answerPage } from "./page.ts";
import { StripeProblem } from "./problems.ts";
import { type Asked, fingerprintOf, keyConflict, keyOf, perform, read } from "./requests.ts";

/** Real time that Stripe keeps the answers to keys. */
const KEY_MS = 24 * 3_600_000;

/** The sandbox's own truth: what was charged and refunded, in every currency, as its balance shows it. */
export type Ledger = { readonly entries: readonly Balance[]; readonly waiting: number };

/** The house's account at the sandbox Stripe: books, keys, events and payment pages. */
export class StripeAccount extends DurableObject<Variables> {
  readonly #books: Books;
  readonly #settings: Settings;
  readonly #deliveries: Deliveries;
  #faults: Faults = NO_FAULTS;
  #random: Random = seededRandom(1);

  constructor(ctx: DurableObjectState, env: Variables) {
    super(ctx, env);
    const { sql } = ctx.storage;
    this.#settings = settingsOf(env);
    this.#books = new Books(sql);
    const { STRIPE_WEBHOOK_URL: url, STRIPE_WEBHOOK_SECRET: secret } = this.#settings;
    this.#deliveries = new Deliveries(ctx.storage, { url, secret, nowS: () => this.#now() });
    sql.exec(
      "create table if not exists answer (key text primary key, fingerprint text not null, status integer not null, body text not null, at real not null)",
    );
    sql.exec("create table if not exists note (name text primary key, json text not null)");
    const [kept] = sql.exec<{ json: string }>("select json from note where name = 'faults'");
    if (kept !== undefined) this.setFaults(JSON.parse(kept.json) as Faults);
  }

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/i/")) {
      return answerPage(request, this.#books, (invoice, card) => this.#deed(null, (desk) => pay(desk, invoice, card)));
    }
    const requestId = `req_${token(14)}`;
    const { status, body, replayed } = await this.#answer(request, requestId);
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "request-id": requestId,
      "stripe-version": request.headers.get("stripe-version") ?? "",
    };
    if (replayed) headers["idempotent-replayed"] = "true";
    if (status >= 500) headers["stripe-should-retry"] = "false";
    return new Response(body, { status, headers });
  }

  override async alarm(): Promise<void> {
    await this.#deliveries.run();
  }

  setFaults(faults: Faults): void {
    this.#faults = faults;
    this.#random = seededRandom(faults.seed);
    this.ctx.storage.sql.exec(
      "insert into note (name, json) values ('faults', ?) on conflict (name) do update set json = excluded.json",
      JSON.stringify(faults),
    );
  }

  ledger(): Ledger {
    return { entries: this.#books.all("balance"), waiting: this.#deliveries.waiting() };
  }

  /** Somebody pays by that card without a page; false where there is nothing to pay. */
  payByCard(invoiceId: string, card: string): boolean {
    const invoice = this.#books.find("invoice", invoiceId);
    return invoice !== null && this.#deed(null, (desk) => pay(desk, invoice, card)) !== null;
  }

  /** Forgets the kept answers, as if a day had passed. */
  forgetKeys(): void {
    this.ctx.storage.sql.exec("delete from answer");
  }

  async #answer(request: Request, requestId: string): Promise<Kept & { replayed: boolean }> {
    try {
      const asked = await read(request, this.#settings.STRIPE_SECRET_KEY);
      if (chance(this.#random, this.#faults.http429)) {
        throw new StripeProblem(
          429,
          "invalid_request_error",
          "rate_limit",
          "Too many requests hit the API too quickly.",
        );
      }
      const key = keyOf(request);
      const fingerprint = fingerprintOf(request, asked);
      const kept = key === null ? null : this.#kept(key, fingerprint);
      if (kept !== null) return { ...kept, replayed: true };
      const answer = this.#execute(asked, key, requestId);
      // What failed for its parameters alone was never begun, and its key is still free.
      if (key !== null && (answer.status < 400 || answer.status >= 500)) this.#keep(key, fingerprint, answer);
      // Whoever takes the events asks back by reading: a reader that waited for them would wait for itself.
      if (request.method === "POST" && chance(this.#random, this.#faults.early)) await this.#deliveries.run();
      return { ...answer, replayed: false };
    } catch (error) {
      return { ...problemOf(error, requestId), replayed: false };
    }
  }

  #execute(asked: Asked, key: string | null, requestId: string): Kept {
    const writes = asked.operation.method !== "GET";
    const broken = { status: 500, body: JSON.stringify(BROKEN.body(requestId)) };
    if (writes && chance(this.#random, this.#faults.http500Before)) return broken;
    try {
      const done = this.#deed({ key, requestId }, (desk) => perform(desk, asked));
      if (writes && chance(this.#random, this.#faults.http500After)) return broken;
      return { status: 200, body: JSON.stringify(done, null, 2) };
    } catch (error) {
      return problemOf(error, requestId);
    }
  }

  /** Work on the books as one transaction; the events it tells of go out when it is done. */
  #deed<T>(by: { readonly key: string | null; readonly requestId: string } | null, work: (desk: Desk) => T): T {
    const events: StripeEvent[] = [];
    const created = this.#now();
    const result = this.ctx.storage.transactionSync(() =>
      work({
        books: this.#books,
        now: created,
        base: this.#settings.BUREAU_URL,
        newId: (prefix) => `${prefix}_${token(24)}`,
        tell: (type, object) => {
          const origin = { id: `evt_${token(24)}`, created, requestId: by?.requestId ?? "", key: by?.key ?? null };
          events.push(eventOf(type, object, origin));
        },
      }),
    );
    if (events.length > 0) this.#deliveries.add(events, this.#faults, this.#random);
    return result;
  }

  #kept(key: string, fingerprint: string): Kept | null {
    const [row] = this.ctx.storage.sql.exec<{ fingerprint: string; status: number; body: string }>(
      "select fingerprint, status, body from answer where key = ? and at > ?",
      key,
      Date.now() - KEY_MS,
    );
    if (row === undefined) return null;
    if (row.fingerprint !== fingerprint) throw keyConflict(key);
    return { status: row.status, body: row.body };
  }

  #keep(key: string, fingerprint: string, { status, body }: Kept): void {
    this.ctx.storage.sql.exec(
      "insert or replace into answer (key, fingerprint, status, body, at) values (?, ?, ?, ?, ?)",
      key,
      fingerprint,
      status,
      body,
      Date.now(),
    );
  }

  #now(): number {
    return Math.floor(houseNow(this.#settings) / 1_000);
  }
}

type Kept = { readonly status: number; readonly body: string };

const BROKEN = new StripeProblem(500, "api_error", null, "An error occurred with our connection. Please try again.");

function problemOf(error: unknown, requestId: string): Kept {
  if (!(error instanceof StripeProblem)) throw error;
  return { status: error.status, body: JSON.stringify(error.body(requestId), null, 2) };
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function token(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
