import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";

/** A person who forgot a password tries a handful of times; after that each failure doubles the wait. */
const FREE_FAILURES_ACCOUNT = 5;
/** A whole floor may sit behind one address. */
const FREE_FAILURES_NETWORK = 50;
const DELAY_S_MAX = 300;
/** A day later a failure is forgotten. */
const FORGET_H = 24;

/**
 * Counts an attempt on this account from this network **before** the password is looked at, so that many at once do not
 * slip past the count. Gives how long to wait when it may not be tried now, else null.
 */
export async function beginAttempt(tx: OperatorTx, email: string, network: string): Promise<number | null> {
  const rows = await tx.execute<{ wait_ms: string | null }>(sql`
    with network as (
      select blocked_until from house.sign_in_attempts where key_hash = ${networkKey(network)}
    ), account as (
      ${count(accountKey(email, network), FREE_FAILURES_ACCOUNT)}
    )
    select ceil(extract(epoch from greatest(account.was_blocked_until, (select blocked_until from network)) - clock_timestamp()) * 1000) as wait_ms
    from account`);
  const waitMs = Number(rows[0]?.wait_ms ?? 0);
  return waitMs > 0 ? waitMs : null;
}

export async function attemptFailed(tx: OperatorTx, network: string): Promise<void> {
  await tx.execute(count(networkKey(network), FREE_FAILURES_NETWORK));
}

export async function attemptSucceeded(tx: OperatorTx, email: string, network: string): Promise<void> {
  await tx.execute(sql`delete from house.sign_in_attempts where key_hash = ${accountKey(email, network)}`);
}

/**
 * One more failure, unless the key is blocked already: knocking on a closed door must not keep it closed for ever. By the
 * clock and not by the transaction's beginning, which may be earlier than what another one has just written.
 */
function count(key: string, free: number) {
  return sql`
    insert into house.sign_in_attempts as a (key_hash, failures, tried_at, blocked_until)
    values (${key}, 1, clock_timestamp(), clock_timestamp())
    on conflict (key_hash) do update set
      failures = case when a.blocked_until > clock_timestamp() then a.failures
        when a.tried_at < clock_timestamp() - make_interval(hours => ${FORGET_H}) then 1 else a.failures + 1 end,
      tried_at = clock_timestamp(),
      blocked_until = case when a.blocked_until > clock_timestamp() then a.blocked_until
        when a.failures + 1 <= ${free} then clock_timestamp()
        else clock_timestamp() + make_interval(secs => least(${DELAY_S_MAX}, power(2, least(a.failures + 1 - ${free}, 20)))) end
    returning old.blocked_until as was_blocked_until`;
}

const accountKey = (email: string, network: string) => hash(`account ${email.toLowerCase()} ${network}`);
const networkKey = (network: string) => hash(`network ${network}`);

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** IPv4 by /24 and IPv6 by /48: the least that one subscriber is given. */
export function networkOf(address: string | null): string {
  if (address === null) return "unknown";
  return address.includes(":") ? address.split(":").slice(0, 3).join(":") : address.split(".").slice(0, 3).join(".");
}
