import type { Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { dunClients } from "./dunning.ts";
import { removeEndedSessions } from "./ended-sessions.ts";
import { sendLostRuns } from "./lost-runs.ts";
import { monthEnd } from "./month-end.ts";
import { monthRun } from "./month-run.ts";
import { newDays } from "./new-days.ts";
import { comparePayments } from "./payments.ts";
import { prepaidEnd } from "./prepaid-end.ts";
import { spendLetters } from "./spend-letters.ts";
import { sweepContacts } from "./sweep.ts";
import { workTime } from "./work-time.ts";
import { wrapUpSales } from "./wrap-up-sales.ts";

/** What runs every minute. Each job fails alone: a database that is away must not keep the others from running. */
const JOBS: { readonly [name: string]: (env: Env) => Promise<unknown> } = {
  monthEnd,
  comparePayments,
  dunClients,
  monthRun,
  newDays,
  prepaidEnd,
  removeEndedSessions,
  sendLostRuns,
  spendLetters,
  sweepContacts,
  workTime,
  wrapUpSales,
};

export async function runCron(env: Env): Promise<void> {
  await Promise.all(
    Object.entries(JOBS).map(async ([job, run]) => {
      try {
        await run(env);
      } catch (trouble) {
        log("error", "cron_failed", { job, ...errorFields(trouble) });
      }
    }),
  );
}
