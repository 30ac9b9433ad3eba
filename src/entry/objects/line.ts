import { DurableObject } from "cloudflare:workers";
import type { LineConfig } from "../../domain/call/line-config.ts";
import type { Env } from "../env.ts";
import type { LineRpc } from "./rpc.ts";

/**
 * One object per number: its published configuration. Publishing replaces it whole; the next call reads the new one, a
 * call under way keeps the one it began with. In memory after the first read, so a call costs no query.
 */
export class Line extends DurableObject<Env> implements LineRpc {
  private config: LineConfig | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("create table if not exists published (id integer primary key check (id = 1), json text)");
    const row = ctx.storage.sql.exec<{ json: string }>("select json from published").toArray()[0];
    this.config = row === undefined ? null : JSON.parse(row.json);
  }

  publish(config: LineConfig): void {
    // A publication overtaken by a later one must not undo it.
    if (this.config !== null && config.version < this.config.version) return;
    this.ctx.storage.sql.exec("insert or replace into published (id, json) values (1, ?)", JSON.stringify(config));
    this.config = config;
  }

  withdraw(): void {
    this.ctx.storage.sql.exec("delete from published");
    this.config = null;
  }

  read(): LineConfig | null {
    return this.config;
  }
}
