/** Where a part of a file begins, and its bytes. */
type Part = { readonly offset: number; readonly length: number };

/**
 * The sound of a recording, whole or the one part that a player asks for (RFC 9110 14.2): what cannot be read as one part is
 * answered whole, what lies beyond the end with 416. Null where the store has no such file.
 */
export async function soundOf(blobs: R2Bucket, key: string, range: string | null): Promise<Response | null> {
  const size = range === null ? null : ((await blobs.head(key))?.size ?? null);
  const part = range === null || size === null ? "whole" : partOf(range, size);
  if (part === "beyond") return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
  const found = await blobs.get(key, part === "whole" ? {} : { range: part });
  if (found === null) return null;
  const headers = new Headers({ "accept-ranges": "bytes", "cache-control": "private, max-age=300" });
  found.writeHttpMetadata(headers);
  if (part === "whole") return new Response(found.body, { headers });
  headers.set("content-range", `bytes ${part.offset}-${part.offset + part.length - 1}/${found.size}`);
  return new Response(found.body, { status: 206, headers });
}

/** `bytes=0-99`, `bytes=100-`, or the last so many, `bytes=-100`. */
export function partOf(range: string, size: number): Part | "whole" | "beyond" {
  const [whole, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range.trim()) ?? [];
  if (whole === undefined || (first === "" && last === "")) return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "beyond" : { offset: size - length, length };
  }
  const offset = Number(first);
  if (last !== "" && Number(last) < offset) return "whole";
  if (offset >= size) return "beyond";
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return { offset, length: end - offset + 1 };
}
