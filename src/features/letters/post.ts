import { sql } from "drizzle-orm";
import { type Database, type TenantTx, withOperator } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { Outage } from "../../domain/kernel/trouble.ts";
import type { Letter, Mailer } from "../../ports/mailer.ts";

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

export async function recipientOf(
  tx: TenantTx,
  administrators: () => Promise<readonly string[]>,
): Promise<Recipient | null> {
  const [row] = await tx.execute<{ email: string | null; name_zh: string; name_en: string; language: string }>(sql`
    select b.buyer ->> 'email' as email, c.name_zh, c.name_en, c.language
    from tenant.companies c left join tenant.billing_profiles b on b.tenant_id = c.tenant_id where c.tenant_id = ${tx.tenantId}`);
  if (row === undefined) return null;
  const language = row.language === "zh-CN" ? "zh" : "en";
  return {
    to: row.email === null ? await administrators() : [row.email],
    language,
    company: language === "zh" ? row.name_zh : row.name_en,
  };
}

/** Where the client named no address for bills: whoever looks after its portal. */
export async function administratorsOf(operatorDb: Database, tenantId: TenantId): Promise<string[]> {
  const rows = await withOperator(operatorDb, (tx) =>
    tx.execute<{ email: string }>(sql`
      select u.email from house.users u join house.user_roles r on r.user_id = u.id
      where r.role = 'tenant_admin' and r.tenant_id = ${tenantId} and u.status = 'active' order by u.email limit 10`),
  );
  return rows.map(({ email }) => email);
}
