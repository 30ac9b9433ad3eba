import { SimFloor, type Trial } from "../../src/entry/cli/sim/floor.ts";
import { readOptions, type SimOptions } from "../../src/entry/cli/sim/options.ts";
import { type OracleRules, runOracle } from "./queue-oracle.ts";

/** Waiting callers of the textbook do not give up: patience beyond any day. */
export const PATIENT_S = 1e9;
/** `ACCEPTANCE=full` in the environment: every case as long as its figures were published with, or longer; takes minutes. */
const FULL = process.env.ACCEPTANCE === "full";
/** Length of a case in the short form, and in the full one. */
export const lengthOf = (short: number, full: number): number => (FULL ? full : short);
export const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

export type Setting = {
  readonly seats: number;
  readonly clients: number;
  /** Load of each client in erlang. */
  readonly erlangs: number;
  readonly handleS: number;
  readonly patienceS: number;
  readonly withinS?: number;
  readonly policy?: "fifo" | "edf" | "slack";
  readonly trial?: Omit<Trial, "watch" | "warmUpS">;
  readonly choose?: OracleRules["choose"];
};

/** What one run came to, by class of clients. */
export type Run = {
  readonly waits: number[];
  readonly answered: boolean[];
  readonly client: number[];
  blocked: number;
};

export function optionsOf(setting: Setting, seed: number, hours: number): SimOptions {
  const options = readOptions([]);
  if (options === "help") throw new Error("no help was asked for");
  const { seats, clients, erlangs, handleS, patienceS, withinS = 20, policy = "fifo" } = setting;
  const target = { share: 0.8, withinS };
  return {
    ...options,
    ...{ seats, tenants: clients, brandsPerSeat: clients, erlangs, handleS, patienceS, policy, seed, hours, target },
  };
}

/** Calls expected in an hour. */
export function callsPerHour({ clients, erlangs, handleS }: Setting): number {
  return (clients * erlangs * 3_600) / handleS;
}

/** The product's pool under this load; `calls` of them are counted after the warm-up. */
export function onPool(setting: Setting, seed: number, calls: number, warmUpS: number): Run {
  const run: Run = { waits: [], answered: [], client: [], blocked: 0 };
  const hours = calls / callsPerHour(setting) + warmUpS / 3_600;
  const report = new SimFloor(optionsOf(setting, seed, hours), {
    ...setting.trial,
    warmUpS,
    watch: {
      left: (client, outcome, waitedMs) => note(run, client, outcome, waitedMs),
      turnedAway: () => {
        run.blocked += 1;
      },
    },
  }).run();
  if (report.firstBroken !== null) throw new Error(report.firstBroken);
  return run;
}

/** The textbook's queue under the same load, drawing the same lots. */
export function onOracle(setting: Setting, seed: number, calls: number, warmUpS: number): Run {
  const run: Run = { waits: [], answered: [], client: [], blocked: 0 };
  const hours = calls / callsPerHour(setting) + warmUpS / 3_600;
  const { lines, redial } = setting.trial ?? {};
  runOracle(optionsOf(setting, seed, hours), {
    warmUpS,
    ...(setting.choose === undefined ? {} : { choose: setting.choose }),
    ...(lines === undefined ? {} : { lines }),
    ...(redial === undefined ? {} : { redial }),
    left: (client, outcome, waitedMs) => note(run, client, outcome, waitedMs),
    turnedAway: () => {
      run.blocked += 1;
    },
  });
  return run;
}

function note(run: Run, client: number, outcome: string, waitedMs: number): void {
  run.waits.push(waitedMs);
  run.answered.push(outcome === "answered");
  run.client.push(client);
}

/** A figure of a run, over the callers of some clients; all of them without a choice. */
export type Figure = (run: Run) => number;

export const meanWaitS =
  (of: (client: number) => boolean = () => true): Figure =>
  (run) => {
    let [sum, count] = [0, 0];
    run.waits.forEach((wait, index) => {
      if (!of(run.client[index] ?? -1)) return;
      sum += wait / 1_000;
      count += 1;
    });
    return sum / count;
  };

/** Share of callers for whom this holds. */
export const share =
  (holds: (waitedMs: number, answered: boolean) => boolean, of: (client: number) => boolean = () => true): Figure =>
  (run) => {
    let [held, count] = [0, 0];
    run.waits.forEach((wait, index) => {
      if (!of(run.client[index] ?? -1)) return;
      if (holds(wait, run.answered[index] ?? false)) held += 1;
      count += 1;
    });
    return held / count;
  };

export const waits = share((waitedMs) => waitedMs > 0);
export const gaveUp = share((_, answered) => !answered);
export const answeredWithin = (seconds: number, of?: (client: number) => boolean): Figure =>
  share((waitedMs, answered) => answered && waitedMs <= seconds * 1_000, of);
export const blocked: Figure = (run) => run.blocked / (run.blocked + run.waits.length);

/** Mean over the runs with its standard error, and how many of these it lies from the exact value. */
export function against(
  runs: readonly Run[],
  figure: Figure,
  exact: number,
): { readonly mean: number; readonly error: number; readonly z: number } {
  const { mean, error } = controlled(runs.map(figure), []);
  return { mean, error, z: (mean - exact) / error };
}

/** A figure of the same runs whose exact value is known. */
export type Control = { readonly values: readonly number[]; readonly exact: number };

/**
 * Mean of the values, less what the runs' luck had in it as far as their controls tell (control variates by least squares;
 * Lavenberg and Welch 1981), and its standard error.
 */
export function controlled(
  values: readonly number[],
  controls: readonly Control[],
): { readonly mean: number; readonly error: number } {
  const centred = controls.map((control) => fromMean(control.values));
  const own = fromMean(values);
  const weights = solve(
    centred.map((a) => centred.map((b) => dot(a, b))),
    centred.map((a) => dot(a, own)),
  );
  const left = own.map(
    (value, run) =>
      value -
      dot(
        weights,
        centred.map((control) => control[run] ?? 0),
      ),
  );
  const luck = controls.map((control) => meanOf(control.values) - control.exact);
  const degrees = values.length - 1 - controls.length;
  return { mean: meanOf(values) - dot(weights, luck), error: Math.sqrt(dot(left, left) / degrees / values.length) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

function fromMean(values: readonly number[]): number[] {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

/** Solves a small system of linear equations by elimination; the matrix is positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  for (const [at, pivot] of rows.entries()) {
    for (const [other, row] of rows.entries()) {
      if (other === at) continue;
      const times = (row[at] ?? 0) / (pivot[at] ?? 1);
      for (let column = 0; column < row.length; column++)
        row[column] = (row[column] ?? 0) - times * (pivot[column] ?? 0);
    }
  }
  return rows.map((row, at) => (row.at(-1) ?? 0) / (row[at] ?? 1));
}
