/** Who is writing something: asked before the page is left, and told where it was not left after all. */
type Writer = { readonly ask: () => Promise<boolean>; readonly leftNot: () => void };

const writers = new Set<Writer>();

/** Something is being written: whoever is about to end the page asks first. Gives how to take the question back. */
export function askBeforeLeaving(writer: Writer): () => void {
  writers.add(writer);
  return () => writers.delete(writer);
}

/** True where nothing unsaved stands on the page, or its writer lets it go. */
export async function mayLeave(): Promise<boolean> {
  for (const { ask } of writers) if (!(await ask())) return false;
  return true;
}

/** What was let go is still there: it is asked about again. */
export function leftNot(): void {
  for (const writer of writers) writer.leftNot();
}
