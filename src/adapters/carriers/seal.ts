import type { TenantId } from "../../domain/kernel/ids.ts";
import type { CarrierAccount } from "../../ports/carrier.ts";

/**
 * The opaque part of every webhook address: the tenant and its carrier account, sealed under the Worker's own secret. A
 * webhook so brings what is needed to verify it, and the voice path asks no database. The seal is AES-256-GCM with a fresh
 * 96-bit nonce; whoever has only the address learns nothing and can change nothing.
 */
export type SealedAccount = { readonly tenantId: TenantId; readonly account: CarrierAccount };

/** Opened seals kept per isolate: an isolate that serves more tenants than this opens some of them again. */
export const OPENED_MAX = 512;
const NONCE_BYTES = 12;
/** Bound to every seal, so that bytes sealed for another purpose under the same secret never open as an account. */
const PURPOSE = new TextEncoder().encode("callhouse carrier account v1");

const keys = new Map<string, Promise<CryptoKey>>();
const opened = new Map<string, SealedAccount>();

/** Seals into base64url text that stands in a path as it is. */
export async function sealAccount(key: string, sealed: SealedAccount): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(sealed));
  const cipher = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: PURPOSE },
    await importKey(key),
    plain,
  );
  const token = new Uint8Array(NONCE_BYTES + cipher.byteLength);
  token.set(nonce);
  token.set(new Uint8Array(cipher), NONCE_BYTES);
  return toBase64Url(token);
}

/** Opens a token, or gives null when it was not sealed with this key or was changed since. */
export async function openAccount(key: string, token: string): Promise<SealedAccount | null> {
  const cacheKey = `${key} ${token}`;
  const known = opened.get(cacheKey);
  if (known !== undefined) return known;
  const bytes = fromBase64Url(token);
  if (bytes === null || bytes.length <= NONCE_BYTES) return null;
  let plain: ArrayBuffer;
  try {
    plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytes.subarray(0, NONCE_BYTES), additionalData: PURPOSE },
      await importKey(key),
      bytes.subarray(NONCE_BYTES),
    );
  } catch {
    return null; // Decryption fails for one reason only: not our seal.
  }
  // What opens was written by sealAccount, so its form needs no second check.
  const account: SealedAccount = JSON.parse(new TextDecoder().decode(plain));
  // The oldest goes: a forged token never gets here, so only real addresses compete for the room.
  const oldest = opened.size >= OPENED_MAX ? opened.keys().next().value : undefined;
  if (oldest !== undefined) opened.delete(oldest);
  opened.set(cacheKey, account);
  return account;
}

/** How many opened seals this isolate holds; never above the bound. */
export function openedSeals(): number {
  return opened.size;
}

/** The secret is 32 random bytes in base64; anything else is a mistake in the configuration. */
function importKey(key: string): Promise<CryptoKey> {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const bytes = fromBase64Url(key.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
  if (bytes === null || bytes.length !== 32) throw new Error("SEAL_KEY must be 32 bytes in base64");
  const imported = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  keys.clear(); // One secret per isolate at a time.
  keys.set(key, imported);
  return imported;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(text)) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    // The last character has spare bits that decoding drops: without this, one seal would have several spellings.
    return toBase64Url(bytes) === text ? bytes : null;
  } catch {
    return null; // A length no base64 text has.
  }
}
