import { DurableObject } from "cloudflare:workers";
import type { CallerOnRecord } from "../../domain/routing/protocol.ts";
import type { Env } from "../env.ts";
import type { CallersRpc } from "./rpc.ts";

/** A client's callers are spread over so many objects: a call reads one, and none holds more than a few hundred thousand. */
const SHARDS = 16;

/**
 * What one client knows of its callers that bears on who answers them, one of several objects by number: the tier, and
 * who answered last. The record is the database's; it is told here whenever it changes, so that a call reads it without
 * one. Of two readings of a number the later counts, whatever order they come in.
 */
export class Callers extends DurableObject<Env> implements CallersRpc {
  private readonly sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`create table if not exists callers (number text primary key, read_at real not null, tier text not null,
      agent_id text, answered_at integer) without rowid`);
    this.sql.exec("create table if not exists told (id integer primary key check (id = 1), since real not null)");
  }

  tell(readAt: number, callers: readonly CallerOnRecord[]): void {
    for (const { number, tier, last } of callers) {
      this.sql.exec(
        `insert into callers (number, read_at, tier, agent_id, answered_at) values (?, ?, ?, ?, ?)
         on conflict (number) do update set read_at = excluded.read_at, tier = excluded.tier,
           agent_id = excluded.agent_id, answered_at = excluded.answered_at where excluded.read_at >= read_at`,
        number,
        readAt,
        tier,
        last?.agentId ?? null,
        last?.at ?? null,
      );
    }
  }

  read(number: string): CallerOnRecord | null {
    const row = this.sql
      .exec<{ tier: CallerOnRecord["tier"]; agent_id: string | null; answered_at: number | null }>(
        "select tier, agent_id, answered_at from callers where number = ?",
        number,
      )
      .toArray()[0];
    if (row === undefined) return null;
    const { tier, agent_id: agentId, answered_at: at } = row;
    return { number, tier, last: agentId === null || at === null ? null : ({ agentId, at } as CallerOnRecord["last"]) };
  }

  toldUntil(): number | null {
    return this.sql.exec<{ since: number }>("select since from told").toArray()[0]?.since ?? null;
  }

  noteTold(until: number): void {
    this.sql.exec("insert or replace into told (id, since) values (1, ?)", until);
  }

  forget(): void {
    this.sql.exec("delete from callers");
    this.sql.exec("delete from told");
  }
}

/** The object that knows a number for a client. Nothing in its name but the client's own id comes from outside. */
export function callersName(tenantId: string, number: string): string {
  // FNV-1a: the last digits of numbers are what differs.
  let hash = 0x811c9dc5;
  for (let at = 0; at < number.length; at++) hash = Math.imul(hash ^ number.charCodeAt(at), 0x01000193);
  return nameOf(tenantId, (hash >>> 0) % SHARDS);
}

/** All objects of a client, the first first. */
export function callersNames(tenantId: string): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => nameOf(tenantId, shard));
}

function nameOf(tenantId: string, shard: number): string {
  return `callers:${tenantId}:${shard}`;
}
