import { sql } from "drizzle-orm";
import { type Actor, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Outage } from "../../domain/kernel/trouble.ts";
import type { Letter, Mailer } from "../../ports/mailer.ts";

/** With what letters about money are found and written. */
export type LetterContext = {
  /** Role app. */
  readonly db: Database;
  /** Role operator. */
  readonly operatorDb: Database;
  /** Null where the house writes no letters: what they would tell is noted and shown all the same. */
  readonly mailer: Mailer | null;
  readonly actor: Actor;
  readonly now: Instant;
  /** Where the client sees and pays: stands in its letters. */
  readonly portalUrl: string;
};

export type Outcome = { readonly letterId: string } | { readonly trouble: string };

/** Handed over, or why not; a bug is thrown on. A letter to nobody is not tried. */
export async function handOver(mailer: Mailer, letter: Letter): Promise<Outcome> {
  if (letter.to.length === 0) return { trouble: "nobody to write to" };
  try {
    return await mailer.send(letter);
  } catch (error) {
    if (error instanceof Outage) return { trouble: error.message.slice(0, 300) };
    throw error;
  }
}

/** Whom letters about money go to, and in what language: the address for bills, or else whoever looks after the portal. */
export type Recipient = {
  readonly to: readonly string[];
  readonly language: "zh" | "en";
  readonly company: string;
};

/** Null for a client that is not there. */
export async function recipientOf(ctx: LetterContext, tenantId: TenantId): Promise<Recipient | null> {
  const [row] = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) =>
    tx.execute<{ email: string | null; name_zh: string; name_en: string; language: string }>(sql`
      select b.buyer ->> 'email' as email, c.name_zh, c.name_en, c.language
      from tenant.companies c left join tenant.billing_profiles b on b.tenant_id = c.tenant_id where c.tenant_id = ${tx.tenantId}`),
  );
  if (row === undefined) return null;
  const language = row.language === "zh-CN" ? "zh" : "en";
  return {
    to: row.email === null ? await administratorsOf(ctx.operatorDb, tenantId) : [row.email],
    language,
    company: language === "zh" ? row.name_zh : row.name_en,
  };
}

async function administratorsOf(operatorDb: Database, tenantId: TenantId): Promise<string[]> {
  const rows = await withOperator(operatorDb, (tx) =>
    tx.execute<{ email: string }>(sql`
      select u.email from house.users u join house.user_roles r on r.user_id = u.id
      where r.role = 'tenant_admin' and r.tenant_id = ${tenantId} and u.status = 'active' order by u.email limit 10`),
  );
  return rows.map(({ email }) => email);
}
