import { DurableObject } from "cloudflare:workers";
import type { LineConfig } from "../../domain/call/line-config.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { Env } from "../env.ts";
import type { LineRpc } from "./rpc.ts";

/** The last that was said of a number: what is published, or that nothing is. */
type Word = { readonly readAt: Instant; readonly config: LineConfig | null };

/**
 * One object per number: its published configuration. Publishing replaces it whole; the next call reads the new one, a
 * call under way keeps the one it began with. In memory after the first read, so a call costs no query.
 */
export class Line extends DurableObject<Env> implements LineRpc {
  private last: Word = { readAt: 0, config: null };

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("create table if not exists published (id integer primary key check (id = 1), json text)");
    const row = ctx.storage.sql.exec<{ json: string }>("select json from published").toArray()[0];
    if (row === undefined) return;
    const stored: Word | LineConfig = JSON.parse(row.json);
    // Lines once kept the configuration alone, and forgot that they had been withdrawn.
    this.last = "readAt" in stored ? stored : { readAt: 0, config: stored };
  }

  publish(config: LineConfig, readAt: Instant): void {
    this.take({ readAt, config });
  }

  withdraw(readAt: Instant): void {
    this.take({ readAt, config: null });
  }

  read(): LineConfig | null {
    return this.last.config;
  }

  /** What was overtaken by a later word must not undo it, whoever's the number was by either. */
  private take(word: Word): void {
    if (word.readAt < this.last.readAt) return;
    this.ctx.storage.sql.exec("insert or replace into published (id, json) values (1, ?)", JSON.stringify(word));
    this.last = word;
  }
}
