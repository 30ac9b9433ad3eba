/** The body as text, byte for byte as it came; null when it is larger than that. */
export async function readBody(request: Request, bytesMax: number): Promise<string | null> {
  const told = request.headers.get("content-length");
  if (Number(told ?? 0) > bytesMax) return null;
  // A length that was told is kept to by the transport; only a body without one has to be measured.
  if (told !== null) return request.text();
  const bytes = await request.arrayBuffer();
  return bytes.byteLength > bytesMax ? null : new TextDecoder().decode(bytes);
}
