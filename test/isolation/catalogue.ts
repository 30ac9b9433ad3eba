import type postgres from "postgres";

/** One hole in the walls between tenants, as the catalogue shows it. */
export type Hole = { readonly check: string; readonly what: string };

/** Tables of schema `tenant` that may have a key not led by tenant_id: none. An entry here needs a reason beside it. */
const KEYS_ALLOWED: readonly string[] = [];

/** Columns of house tables that the app role may read, and nothing else of the house: the name beside a contact. */
const HOUSE_COLUMNS_OF_APP: readonly string[] = ["agents.id", "agents.name"];

/** Exact fractions that outgrow bigint: read and added up, never a condition, so their operators need not be leakproof. */
const NUMERIC_ALLOWED: readonly string[] = [
  "invoice_line_sources.amount_num",
  "invoice_line_sources.amount_den",
  "invoice_lines.exact_num",
  "invoice_lines.exact_den",
  "invoice_lines.each_num",
  "rated_items.amount_num",
  "rated_items.cost_num",
  "rated_sums.amount_num",
  "rated_sums.cost_num",
];

/** First versions with the fixes for leaks through row level security that were known when this was written. */
const SERVER_VERSION_MIN = 180_000;

const POLICY =
  "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS \"nullif\"))";

/**
 * Reads the catalogue and names every hole. It looks at what PostgreSQL will do, not at what migrations say, so it also
 * finds what was changed by hand. It must return nothing, in tests and in production.
 */
export async function findHoles(sql: Pick<postgres.ISql, "unsafe">): Promise<Hole[]> {
  const rows = await sql.unsafe<Hole[]>(GATE);
  return rows.map(({ check, what }) => ({ check, what }));
}

const quoted = (names: readonly string[]) => `array[${names.map((name) => `'${name}'`).join(", ")}]::text[]`;

const GATE = `
with t as (
  select c.oid, c.relname, c.relkind, c.relrowsecurity as r, c.relforcerowsecurity as f, c.relispartition as part,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as has
  from pg_class c where c.relnamespace = 'tenant'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
), app as (select 'callhouse_app'::text as name), operator as (select 'callhouse_operator'::text as name)
select 'rls-off' as check, relname::text as what from t where relkind in ('r', 'p') and not (r and f)
union all
select 'no-policy', relname from t where relkind in ('r', 'p') and not exists (
  select from pg_policy p where p.polrelid = t.oid and p.polpermissive and p.polqual is not null and p.polwithcheck is not null)
union all
select 'policy-not-on-tenant', t.relname || '.' || p.polname from t join pg_policy p on p.polrelid = t.oid
  where p.polpermissive and (p.polcmd <> '*' or p.polroles <> '{0}'
    or pg_get_expr(p.polqual, p.polrelid) is distinct from $gate$${POLICY}$gate$
    or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from $gate$${POLICY}$gate$)
union all
select 'no-tenant_id', relname from t where not has and relkind in ('r', 'p')
union all
select 'tenant_id-nullable', t.relname from t join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id'
  where t.relkind in ('r', 'p') and not a.attnotnull
union all
select 'fk-without-tenant', k.conname from pg_constraint k join t a on a.oid = k.conrelid join t b on b.oid = k.confrelid
  where k.contype = 'f' and not exists (
    select from unnest(k.conkey, k.confkey) as pair(own, other)
      join pg_attribute x on x.attrelid = k.conrelid and x.attnum = pair.own and x.attname = 'tenant_id'
      join pg_attribute y on y.attrelid = k.confrelid and y.attnum = pair.other and y.attname = 'tenant_id')
union all
select 'unique-not-tenant-first', i.indexrelid::regclass::text from pg_index i join t on t.oid = i.indrelid
  where (i.indisunique or i.indisexclusion) and i.indexrelid::regclass::text <> all(${quoted(KEYS_ALLOWED)})
    and (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) is distinct from 'tenant_id'
union all
select 'view-not-invoker', t.relname from t join pg_class c using (oid)
  where t.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false)
union all
select 'matview-granted', t.relname from t, app where relkind = 'm' and has_table_privilege(app.name, t.oid, 'select')
union all
select 'partition-granted', t.relname from t, app where part and not (r and f) and has_table_privilege(app.name, t.oid, 'select')
union all
select 'bad-grant', t.relname from t, app where relkind in ('r', 'p')
  and has_table_privilege(app.name, t.oid, 'truncate, references, trigger, maintain')
union all
select 'secdef-no-search_path', p.proname from pg_proc p where p.pronamespace in ('tenant'::regnamespace, 'house'::regnamespace)
  and p.prosecdef and not coalesce(array_to_string(p.proconfig, ',') ~ 'search_path=(""|pg_catalog)', false)
union all
select 'role', rolname from pg_roles where rolname like 'callhouse\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
union all
select 'role-member', m.rolname || ' of ' || g.rolname from pg_auth_members am join pg_roles m on m.oid = am.member
  join pg_roles g on g.oid = am.roleid where m.rolname in ('callhouse_app', 'callhouse_operator')
union all
select 'owns', c.relname from pg_class c join pg_roles o on o.oid = c.relowner
  where o.rolname in ('callhouse_app', 'callhouse_operator')
union all
select 'slow-index-col', i.indexrelid::regclass || '.' || x.attname from pg_index i join t on t.oid = i.indrelid
  join pg_attribute x on x.attrelid = i.indrelid and x.attnum = any(i.indkey) join pg_type y on y.oid = x.atttypid
  where y.typtype = 'e' or y.typname in ('numeric', 'jsonb', 'json', 'tsvector')
union all
select 'not-leakproof-col', t.relname || '.' || x.attname from t join pg_attribute x on x.attrelid = t.oid and x.attnum > 0
  join pg_type y on y.oid = x.atttypid where t.relkind in ('r', 'p') and (y.typtype = 'e' or y.typname = 'numeric')
    and t.relname || '.' || x.attname <> all(${quoted(NUMERIC_ALLOWED)})
union all
select 'operator-granted', t.relname from t, operator where relkind in ('r', 'p', 'v', 'm')
  and (has_table_privilege(operator.name, t.oid, 'select, insert, update, delete, truncate')
    or has_any_column_privilege(operator.name, t.oid, 'select, insert, update'))
union all
select 'public-granted', n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace,
  aclexplode(c.relacl) as a where n.nspname in ('tenant', 'house') and a.grantee = 0
union all
select 'house-granted-to-app', c.relname || '.' || x.attname from pg_class c join pg_attribute x on x.attrelid = c.oid and x.attnum > 0
    and not x.attisdropped, app
  where c.relnamespace = 'house'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    and (has_column_privilege(app.name, c.oid, x.attnum, 'insert') or has_column_privilege(app.name, c.oid, x.attnum, 'update')
      or has_table_privilege(app.name, c.oid, 'delete')
      or (has_column_privilege(app.name, c.oid, x.attnum, 'select')
        and c.relname || '.' || x.attname <> all(${quoted(HOUSE_COLUMNS_OF_APP)})))
union all
select 'server-version', current_setting('server_version') where current_setting('server_version_num')::int < ${SERVER_VERSION_MIN}
order by 1, 2`;
