import { Suspense, useSyncExternalStore } from "react";
import { isSessionOver, onSessionOver } from "../api/session-over.ts";
import { part } from "../page.ts";

const SignInAgain = part(async () => (await import("./sign-in-again.tsx")).SignInAgain, ["identity"]);

/** Stands over whatever page is open when its session has ended. */
export function SessionOver() {
  const over = useSyncExternalStore(onSessionOver, isSessionOver);
  if (!over) return null;
  return (
    <Suspense fallback={null}>
      <SignInAgain />
    </Suspense>
  );
}
