import postgres from "postgres";
import { Outage, Refusal, type RefusalKind } from "../../domain/kernel/trouble.ts";

/** The database could not be reached or lost us; nothing was wrong with the request. The same work may be tried again. */
export class DatabaseOutage extends Outage {
  constructor(reason: string, cause: unknown) {
    super("database", `database outage (${reason})`, { cause });
    this.name = "DatabaseOutage";
  }
}

export type DatabaseRefusalCode =
  | "exists"
  | "refers_to_nothing"
  | "still_referred_to"
  | "not_allowed"
  | "invalid_value"
  | "overlaps";

const KINDS: { readonly [code in DatabaseRefusalCode]: RefusalKind } = {
  exists: "conflict",
  refers_to_nothing: "invalid",
  still_referred_to: "conflict",
  not_allowed: "forbidden",
  invalid_value: "invalid",
  overlaps: "conflict",
};

/** The database said no by one of its rules. `rule` names the constraint and never holds a value: safe to log. */
export class DatabaseRefusal extends Refusal {
  declare readonly code: DatabaseRefusalCode;
  readonly rule: string | null;

  constructor(code: DatabaseRefusalCode, rule: string | null, cause: unknown) {
    super(
      KINDS[code],
      code,
      rule === null ? `the database refused: ${code}` : `the database refused: ${code} (${rule})`,
    );
    this.name = "DatabaseRefusal";
    this.rule = rule;
    this.cause = cause;
  }
}

const REFUSALS: { readonly [sqlState: string]: DatabaseRefusalCode } = {
  "23505": "exists",
  "23503": "refers_to_nothing",
  "23001": "still_referred_to",
  "42501": "not_allowed",
  "23514": "invalid_value",
  "23502": "invalid_value",
  "22P02": "invalid_value",
  "22001": "invalid_value",
  // A NUL in text, which PostgreSQL does not store.
  "22021": "invalid_value",
  // The same inside of JSON.
  "22P05": "invalid_value",
  "22003": "invalid_value",
  "22007": "invalid_value",
  "22008": "invalid_value",
  "23P01": "overlaps",
};

/** Classes of SQLSTATE that speak of the server's health: connection, resources, shutdown, system. Plus lost races. */
const OUTAGE = /^(08|53|57P0|58|40001|40P01|55P03|57014|25006)/;
const DRIVER_OUTAGE =
  /^(CONNECT_TIMEOUT|CONNECTION_|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;

/** The same as workerd tells it: by words alone, whether its own proxy, Hyperdrive or the database hung up. */
const RUNTIME_OUTAGE =
  /connection attempt failed|network connection lost|connection (was )?(refused|reset|lost|closed|terminated)|proxy request failed|cannot connect to the specified address|stream was cancelled|socket (was )?closed|internal error; reference/i;

/** As the driver names it, so that `translate` makes it an outage. */
export function lostConnection(): Error {
  return Object.assign(new Error("the connection to the database was lost"), { code: "CONNECTION_CLOSED" });
}

/** Sorts what the driver threw onto the three roads. What is neither outage nor refusal is a bug and comes back as it was. */
export function translate(error: unknown): unknown {
  const thrown = fromDriver(error);
  if (thrown instanceof postgres.PostgresError) {
    if (OUTAGE.test(thrown.code)) return new DatabaseOutage(thrown.code, thrown);
    const code = REFUSALS[thrown.code];
    return code === undefined ? error : new DatabaseRefusal(code, thrown.constraint_name ?? null, thrown);
  }
  const code = codeOf(thrown);
  if (code !== null && DRIVER_OUTAGE.test(code)) return new DatabaseOutage(code, thrown);
  if (thrown instanceof Error && isOfRuntime(thrown) && RUNTIME_OUTAGE.test(thrown.message)) {
    return new DatabaseOutage("connection_lost", thrown);
  }
  return error;
}

/** Why a connection did not open. Before a statement was sent nothing but the way to the server can be at fault. */
export function translateOpening(error: unknown): unknown {
  const thrown = fromDriver(error);
  if (thrown instanceof postgres.PostgresError || thrown instanceof TypeError) return translate(error);
  return thrown instanceof Outage ? thrown : new DatabaseOutage("connect", thrown);
}

/** workerd throws plain errors; one of our own classes has said already what it is. */
function isOfRuntime(error: Error): boolean {
  return error.name === "Error" || error.name === "TypeError";
}

/** Drizzle wraps what the driver threw; the driver's own error is at the end of the chain of causes. */
export function fromDriver(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (at instanceof postgres.PostgresError || codeOf(at) !== null || at.cause === undefined) return at;
    at = at.cause;
  }
  return at;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
