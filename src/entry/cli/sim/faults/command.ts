import { FAULTS_HELP, readFaultOptions } from "./options.ts";
import { runFaults } from "./run.ts";

/** `npm run sim -- --faults`: prints what the simulator prints; a broken promise with its replay and trace, and exit 1. */
export function faultsCommand(args: readonly string[]): void {
  const options = readFaultOptions(args);
  if (options === "help") {
    console.log(FAULTS_HELP);
    return;
  }
  const { failures, ...report } = runFaults(options);
  for (const { seed, promise, replay, trace } of failures) {
    console.error([`seed ${seed}: ${promise}`, `again: ${replay}`, ...trace, ""].join("\n"));
  }
  if (!options.json) console.table(report);
  console.log(JSON.stringify(report));
  if (report.invariantsBroken > 0) process.exitCode = 1;
}
