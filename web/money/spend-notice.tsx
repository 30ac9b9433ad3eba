import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { SpendView } from "../../src/features/spend/schema.ts";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { filled } from "../words/contracts.ts";
import { ownMoneyWords } from "../words/own-money.ts";
import { currentTongue } from "../words/words.ts";

/** What the client's first page says of its money: an allowance at 80 per cent or used up. Silent otherwise. */
const TOLD_FROM = 80;
const LOOK_EVERY_MS = 60_000;

export function SpendNotice() {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).spend;
  const spend = useQuery({
    queryKey: ["portal", "spend"],
    queryFn: ({ signal }) => read<{ items: readonly SpendView[] }>("/api/portal/spend", signal),
    refetchInterval: LOOK_EVERY_MS,
  });
  const told = (spend.data?.items ?? [])
    .flatMap((it) => it.allowances)
    .filter(({ step }) => step !== null && step >= TOLD_FROM);
  if (told.length === 0) return null;
  const worst = told.some(({ step }) => step === 100);
  const texts = told.map(({ label, step }) => {
    const name = label === null ? words.limit : label[tongue];
    return `${name} ${filled(words.step, { percent: step ?? TOLD_FROM })}`;
  });
  return (
    <div role="status" className={`banner ${worst ? "soft-alarm tone-alarm" : "soft-ringing tone-ringing"}`}>
      <Icon name={worst ? "triangle" : "bell"} />
      <span className="grow">{texts.join(" · ")}</span>
      <Link to="/portal/spend" className="button">
        {words.title}
      </Link>
    </div>
  );
}
