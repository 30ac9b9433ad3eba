import type { SignedIn } from "./store.ts";

/** A session as the database last confirmed it. */
export type Verified = { readonly signedIn: SignedIn; readonly idHash: string; readonly expiresAt: number };

/** An outage longer than this signs people out: what was taken from them meanwhile must not wait longer. */
export const REMEMBERED_MS = 15 * 60 * 1_000;
/** Some megabytes at most; a house with more people at one place forgets the one not seen for longest. */
const REMEMBERED_MAX = 5_000;

/**
 * The sessions this isolate has seen confirmed, by the hash of their id, so that calls go on while the database is away.
 * Asked ONLY when the database could not be: with it reachable, its word alone counts.
 */
export function rememberedSessions(max = REMEMBERED_MAX) {
  const byHash = new Map<string, Verified & { readonly verifiedAt: number }>();
  return {
    confirm(verified: Verified, now: number): void {
      byHash.delete(verified.idHash);
      byHash.set(verified.idHash, { ...verified, verifiedAt: now });
      const [oldest] = byHash.keys();
      if (byHash.size > max && oldest !== undefined) byHash.delete(oldest);
    },
    forget(idHash: string): void {
      byHash.delete(idHash);
    },
    recall(idHash: string, now: number): Verified | null {
      const found = byHash.get(idHash);
      if (found === undefined || now - found.verifiedAt > REMEMBERED_MS || found.expiresAt <= now) return null;
      return found;
    },
  };
}
