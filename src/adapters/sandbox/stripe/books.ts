/** What the sandbox Stripe knows, in its own few words; `resources.ts` makes Stripe's JSON of it. Seconds since 1970. */
type Meta = { readonly [name: string]: string };

export type Customer = {
  readonly kind: "customer";
  readonly id: string;
  readonly created: number;
  readonly name: string | null;
  readonly email: string | null;
  readonly locales: readonly string[];
  readonly metadata: Meta;
};

export type Line = {
  readonly id: string;
  readonly itemId: string;
  readonly amount: number;
  readonly description: string | null;
};

export type Invoice = {
  readonly kind: "invoice";
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly currency: string;
  readonly status: "draft" | "open" | "paid" | "void";
  readonly number: string | null;
  readonly description: string | null;
  readonly footer: string | null;
  readonly dueDate: number | null;
  readonly metadata: Meta;
  readonly lines: readonly Line[];
  /** The secret part of its payment page's address, from finalising on. */
  readonly page: string | null;
  readonly amountPaid: number;
  readonly attempts: number;
  readonly finalizedAt: number | null;
  readonly paidAt: number | null;
  readonly voidedAt: number | null;
};

export type Intent = {
  readonly kind: "intent";
  readonly id: string;
  readonly created: number;
  readonly invoice: string;
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: "requires_payment_method" | "succeeded" | "canceled";
  readonly latestCharge: string | null;
};

export type InvoicePayment = {
  readonly kind: "invoice_payment";
  readonly id: string;
  readonly created: number;
  readonly invoice: string;
  readonly intent: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: "open" | "paid" | "canceled";
  readonly paidAt: number | null;
};

export type Charge = {
  readonly kind: "charge";
  readonly id: string;
  readonly created: number;
  readonly intent: string;
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly declined: { readonly code: string; readonly message: string } | null;
  readonly balance: string | null;
  readonly refunded: number;
  readonly last4: string;
};

export type Balance = {
  readonly kind: "balance";
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly source: string;
  readonly type: "charge" | "refund";
};

export type Refund = {
  readonly kind: "refund";
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly charge: string;
  readonly intent: string;
  readonly reason: string | null;
  readonly balance: string | null;
  readonly status: "succeeded" | "failed";
  readonly metadata: Meta;
};

export type Thing = Customer | Invoice | Intent | InvoicePayment | Charge | Balance | Refund;
export type Kind = Thing["kind"];
type Of<K extends Kind> = Extract<Thing, { kind: K }>;

/** The account's books on disk. One row a thing; a request changes them in one transaction of the object. */
export class Books {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`create table if not exists thing (seq integer primary key autoincrement, id text not null unique, kind text not null,
      owner text not null, json text not null)`);
    sql.exec("create index if not exists thing_by_owner on thing (kind, owner, seq)");
  }

  find<K extends Kind>(kind: K, id: string): Of<K> | null {
    const [row] = this.#sql.exec<{ json: string }>("select json from thing where id = ? and kind = ?", id, kind);
    return row === undefined ? null : (JSON.parse(row.json) as Of<K>);
  }

  save(thing: Thing): void {
    this.#sql.exec(
      `insert into thing (id, kind, owner, json) values (?, ?, ?, ?)
        on conflict (id) do update set json = excluded.json`,
      thing.id,
      thing.kind,
      ownerOf(thing),
      JSON.stringify(thing),
    );
  }

  remove(id: string): void {
    this.#sql.exec("delete from thing where id = ?", id);
  }

  /** Newest first. */
  all<K extends Kind>(kind: K, owner?: string): Of<K>[] {
    const rows =
      owner === undefined
        ? this.#sql.exec<{ json: string }>("select json from thing where kind = ? order by seq desc", kind)
        : this.#sql.exec<{ json: string }>(
            "select json from thing where kind = ? and owner = ? order by seq desc",
            kind,
            owner,
          );
    return [...rows].map((row) => JSON.parse(row.json) as Of<K>);
  }
}

/** What a list of the kind is asked by. */
function ownerOf(thing: Thing): string {
  switch (thing.kind) {
    case "customer":
      return "";
    case "invoice":
      return thing.customer;
    case "intent":
    case "invoice_payment":
      return thing.invoice;
    case "charge":
    case "refund":
      return thing.intent;
    case "balance":
      return thing.source;
  }
}

export function totalOf(invoice: Invoice): number {
  return invoice.lines.reduce((sum, line) => sum + line.amount, 0);
}
