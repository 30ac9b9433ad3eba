import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/**
 * Passwords as scrypt hashes with their parameters beside them: `scrypt$N$r$p$salt$hash`. 16 MiB and about a fifth of a
 * second: an OWASP row that fits an isolate's memory. The platform's own scrypt is used because pure JavaScript would meet
 * the CPU limit, and WebCrypto's PBKDF2 stops at 100,000 iterations in production.
 */
const CURRENT = { N: 16_384, r: 8, p: 5 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** scrypt needs 128·N·r bytes and a little; twice that is the bound it may use. */
const MEMORY_FACTOR = 256;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, CURRENT);
  return ["scrypt", CURRENT.N, CURRENT.r, CURRENT.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

export type PasswordCheck = {
  readonly right: boolean /** True when it was hashed with older parameters. */;
  readonly stale: boolean;
};

/** For an unknown user pass null: the same work is done and the answer is no, so timing tells nobody who exists. */
export async function checkPassword(password: string, stored: string | null): Promise<PasswordCheck> {
  const parsed = stored === null ? null : parse(stored);
  const { N, r, p, salt, hash } = parsed ?? {
    ...CURRENT,
    salt: Buffer.alloc(SALT_BYTES),
    hash: Buffer.alloc(HASH_BYTES),
  };
  const derived = await derive(password, salt, { N, r, p });
  const right = timingSafeEqual(derived, hash) && parsed !== null;
  return { right, stale: right && (N !== CURRENT.N || r !== CURRENT.r || p !== CURRENT.p) };
}

function parse(stored: string) {
  const [scheme, N, r, p, salt, hash] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) return null;
  const bytes = Buffer.from(hash, "base64url");
  if (bytes.length !== HASH_BYTES) return null;
  return { N: Number(N), r: Number(r), p: Number(p), salt: Buffer.from(salt, "base64url"), hash: bytes };
}

function derive(
  password: string,
  salt: Buffer,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: MEMORY_FACTOR * cost.N * cost.r };
  return new Promise((done, fail) => {
    // NFKC: the same password typed on two keyboards may arrive in two spellings.
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, options, (error, key) =>
      error === null ? done(key) : fail(error),
    );
  });
}
