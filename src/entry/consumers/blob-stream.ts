/** Parts of an upload whose length nobody declared. The store wants at least 5 MiB a part, all but the last equal. */
const PART_BYTES = 8 * 1024 * 1024;

export type Incoming = {
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly length: number | null;
};

/**
 * Puts a stream into the store without holding it: a day-long recording is larger than a Worker's memory. Whole or not at
 * all: a stream that ends early, or does not end where it said, leaves nothing behind.
 */
export async function storeStream(blobs: R2Bucket, key: string, incoming: Incoming): Promise<void> {
  const httpMetadata = { contentType: incoming.contentType };
  if (incoming.length === null) return storeParts(blobs, key, incoming.body, httpMetadata);
  const measured = new FixedLengthStream(incoming.length);
  // Both ends are waited for: the one that fails tells the reason, the other only that it was cut off.
  const [poured, stored] = await Promise.allSettled([
    incoming.body.pipeTo(measured.writable),
    blobs.put(key, measured.readable, { httpMetadata }),
  ]);
  if (poured.status === "rejected") throw poured.reason;
  if (stored.status === "rejected") throw stored.reason;
}

async function storeParts(
  blobs: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  httpMetadata: { readonly contentType: string },
): Promise<void> {
  const upload = await blobs.createMultipartUpload(key, { httpMetadata });
  const parts: R2UploadedPart[] = [];
  try {
    for await (const part of inParts(body)) parts.push(await upload.uploadPart(parts.length + 1, part));
    await upload.complete(parts);
  } catch (trouble) {
    await upload.abort();
    throw trouble;
  }
}

async function* inParts(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(PART_BYTES);
  let filled = 0;
  for await (const chunk of body) {
    for (let from = 0; from < chunk.length; ) {
      const fits = Math.min(PART_BYTES - filled, chunk.length - from);
      part.set(chunk.subarray(from, from + fits), filled);
      filled += fits;
      from += fits;
      if (filled < PART_BYTES) continue;
      yield part;
      part = new Uint8Array(PART_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
