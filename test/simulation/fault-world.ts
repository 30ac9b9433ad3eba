import type { Machines } from "../../src/entry/cli/sim/faults/machines.ts";
import { readFaultOptions } from "../../src/entry/cli/sim/faults/options.ts";
import { type FaultReport, runFaults } from "../../src/entry/cli/sim/faults/run.ts";

/** What `npm run sim -- --faults …` would say. */
export function faultWorld(...args: string[]): FaultReport {
  return runFaults(optionsOf(args));
}

/** The same, with other rules than the product's. `plant` makes them anew for each run: they may remember things. */
export function faultWorldUnder(plant: () => Machines, ...args: string[]): FaultReport {
  return runFaults(optionsOf(args), plant);
}

function optionsOf(args: readonly string[]) {
  const options = readFaultOptions(["--faults", ...args]);
  if (options === "help") throw new Error("asked for help");
  return options;
}
