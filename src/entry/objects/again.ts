/** Pauses before the second and third try, in platform milliseconds: an evicted object is back at once. */
const PAUSES_MS = [5, 60];

/**
 * Asks an object, and asks again when it died in the middle: a deploy, a move or an eviction cuts every call that is under
 * way. Each of the house's object calls is harmless when repeated, so nothing is asked whether the first had any effect.
 * `ask` must get a fresh stub each time, because a stub stays broken once its object has died under it.
 */
export async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (isOwnWord(error)) throw error;
      await scheduler.wait(pauseMs);
    }
  }
  return ask();
}

/** An answer that the object itself gave by throwing; asking again would get the same. */
function isOwnWord(error: unknown): boolean {
  return error instanceof Error && (error.name === "Refusal" || error.name === "ZodError");
}
