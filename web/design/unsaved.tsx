import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskLoss, type Loss } from "./ask.tsx";
import { askBeforeLeaving } from "./leaving.ts";

type Asked = { readonly losses: readonly Loss[]; readonly answer: (leave: boolean) => void };

/**
 * Warns where leaving the page would lose what `lossesNow` names: going elsewhere in the console, back, signing out; at
 * closing the tab the browser asks in words of its own. Gives the question, to be shown where the caller likes.
 */
export function useUnsaved(lossesNow: () => readonly Loss[]): ReactNode {
  const latest = useRef(lossesNow);
  useEffect(() => {
    latest.current = lossesNow;
  });
  const waiting = useRef<Asked | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const isLetGo = useRef(false);
  const ask = useCallback(async () => {
    const losses = latest.current();
    if (losses.length === 0 || isLetGo.current) return true;
    waiting.current?.answer(false);
    const leave = await new Promise<boolean>((answer) => {
      waiting.current = { losses, answer };
      setAsked(waiting.current);
    });
    return leave;
  }, []);
  const answer = (leave: boolean): void => {
    asked?.answer(leave);
    waiting.current = null;
    setAsked(null);
  };
  useEffect(
    () =>
      askBeforeLeaving({
        ask: async () => {
          isLetGo.current = await ask();
          return isLetGo.current;
        },
        leftNot: () => {
          isLetGo.current = false;
        },
      }),
    [ask],
  );
  useBlocker({
    shouldBlockFn: useCallback(
      async ({ current, next }) => {
        // A jump within the page leaves nothing; another client of the same page does.
        const stays =
          current.pathname === next.pathname && JSON.stringify(current.search) === JSON.stringify(next.search);
        return !stays && !(await ask());
      },
      [ask],
    ),
    enableBeforeUnload: useCallback(() => latest.current().length > 0, []),
  });
  return asked === null ? null : <AskLeaving losses={asked.losses} answer={answer} />;
}

function AskLeaving({ losses, answer }: Asked) {
  const { t } = useTranslation();
  return (
    <AskLoss
      title={t("loss.leave")}
      note={t("loss.leaveNote")}
      losses={losses}
      close={() => answer(false)}
      keep={t("loss.stay")}
      deed={t("loss.go")}
      act={() => answer(true)}
    />
  );
}
