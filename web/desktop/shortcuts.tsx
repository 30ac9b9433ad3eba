import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { tinykeys } from "tinykeys";
import { Dialog } from "../design/parts.tsx";

export type Action =
  | "answer"
  | "decline"
  | "mute"
  | "hold"
  | "keypad"
  | "hangUp"
  | "notes"
  | "disposition"
  | "saveReady"
  | "saveBreak"
  | "list";

/** Matched by the key's place (`event.code`), so layouts and input methods do not move them; always with Alt. */
export const SHORTCUTS: readonly {
  readonly action: Action;
  readonly keys: string;
  readonly shown: readonly string[];
}[] = [
  { action: "answer", keys: "Alt+KeyA", shown: ["Alt", "A"] },
  { action: "decline", keys: "Alt+KeyX", shown: ["Alt", "X"] },
  { action: "mute", keys: "Alt+KeyM", shown: ["Alt", "M"] },
  { action: "hold", keys: "Alt+KeyH", shown: ["Alt", "H"] },
  { action: "keypad", keys: "Alt+KeyK", shown: ["Alt", "K"] },
  { action: "hangUp", keys: "Alt+KeyG", shown: ["Alt", "G"] },
  { action: "notes", keys: "Alt+KeyN", shown: ["Alt", "N"] },
  { action: "disposition", keys: "Alt+KeyC", shown: ["Alt", "C"] },
  { action: "saveReady", keys: "Alt+KeyR", shown: ["Alt", "R"] },
  { action: "saveBreak", keys: "Alt+KeyB", shown: ["Alt", "B"] },
  { action: "list", keys: "Alt+Slash", shown: ["Alt", "/"] },
];

/** Runs actions by keyboard. Nothing fires while an input method composes: its keys are not ours. */
export function useShortcuts(run: (action: Action) => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    let composing = false;
    const start = (): void => {
      composing = true;
    };
    const end = (): void => {
      composing = false;
    };
    const guarded = (action: Action) => (event: KeyboardEvent) => {
      if (composing || event.isComposing || event.keyCode === 229 || event.repeat) return;
      event.preventDefault();
      latest.current(action);
    };
    addEventListener("compositionstart", start, true);
    addEventListener("compositionend", end, true);
    const stop = tinykeys(window, Object.fromEntries(SHORTCUTS.map(({ action, keys }) => [keys, guarded(action)])));
    return () => {
      stop();
      removeEventListener("compositionstart", start, true);
      removeEventListener("compositionend", end, true);
    };
  }, []);
}

export function ShortcutList({ close }: { close: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("shortcuts.title")} close={close}>
      <p className="small quiet">{t("shortcuts.lead")}</p>
      <dl className="facts shortcut-list">
        {SHORTCUTS.map(({ action, shown }) => (
          <div key={action} className="shortcut">
            <dt>
              {shown.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`shortcuts.${action}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
