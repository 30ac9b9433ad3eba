import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, TomlDate, TomlError } from "smol-toml";
import {
  CARDS_DIR,
  type FileFault,
  type HouseSetup,
  parseSetup,
  TENANT_FILES,
  type TenantFileName,
  type TenantSource,
} from "../../features/tenants/index.ts";
import { lineOf } from "./toml-lines.ts";
import { Trouble } from "./trouble.ts";

export const TENANTS_DIR = join(import.meta.dirname, "../../../tenants");
/** A file with many mistakes is shown this many; the rest come after these are mended. */
const FAULTS_SHOWN_MAX = 20;
const ALLOWED_SHOWN_MAX = 30;

/** Reads and checks `tenants/` whole. Throws one `Trouble` that names every mistake: file, line, path, value, what is allowed. */
export function readSetup(dir = TENANTS_DIR): HouseSetup {
  if (!existsSync(join(dir, "house.toml"))) throw new Trouble(`${dir}: there is no house.toml here.`);
  const texts = new Map<string, string>();
  const slugs = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== CARDS_DIR)
    .map((entry) => entry.name)
    .sort();
  const house = readToml(dir, "house.toml", texts);
  const cards = cardNames(dir).map((slug) => ({ slug, file: readToml(dir, `${CARDS_DIR}/${slug}.toml`, texts) }));
  const sources = slugs.map((slug): TenantSource => {
    const file = (name: TenantFileName) => readToml(dir, `${slug}/${name}.toml`, texts);
    const files = Object.fromEntries(TENANT_FILES.map((name) => [name, file(name)]));
    // fromEntries over TENANT_FILES names each of them; its type only knows strings.
    return { slug, files: files as TenantSource["files"] };
  });
  const parsed = parseSetup(house, cards, sources);
  if (parsed.ok) return parsed.setup;
  throw new Trouble(reportOf(parsed.faults, texts));
}

/** Price cards by file name; a house need not have any. */
function cardNames(dir: string): string[] {
  const folder = join(dir, CARDS_DIR);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".toml"))
    .map((name) => name.slice(0, -".toml".length))
    .sort();
}

function readToml(dir: string, name: string, texts: Map<string, string>): unknown {
  const path = join(dir, name);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  texts.set(name, text);
  try {
    return plain(parse(text));
  } catch (error) {
    if (error instanceof TomlError) throw new Trouble(`tenants/${name}:${error.line}: ${error.message.split("\n")[0]}`);
    throw error;
  }
}

/** A date without quotes becomes the text it was written as: everything after this is plain JSON. */
function plain(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

function reportOf(faults: readonly FileFault[], texts: ReadonlyMap<string, string>): string {
  const lines = faults.slice(0, FAULTS_SHOWN_MAX).map((fault) => {
    const line = lineOf(texts.get(fault.file) ?? "", fault.path.split("."));
    const at = line === null ? "" : `:${line}`;
    const value = fault.value === undefined ? "" : ` = ${JSON.stringify(fault.value)}`;
    const allowed = fault.allowed === undefined ? "" : `; allowed: ${allowedText(fault.allowed)}`;
    return `tenants/${fault.file}${at}: ${fault.path}${value}: ${fault.message}${allowed}`;
  });
  if (faults.length > FAULTS_SHOWN_MAX) lines.push(`and ${faults.length - FAULTS_SHOWN_MAX} more`);
  return ["Nothing was applied.", ...lines].join("\n");
}

function allowedText(allowed: readonly unknown[]): string {
  const shown = allowed.slice(0, ALLOWED_SHOWN_MAX).map(String).join(", ");
  return allowed.length > ALLOWED_SHOWN_MAX ? `${shown} …` : shown || "nothing yet: there is none";
}
