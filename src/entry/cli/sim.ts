import { faultsCommand } from "./sim/faults/command.ts";
import { SimFloor } from "./sim/floor.ts";
import { HELP, readOptions } from "./sim/options.ts";
import { retell } from "./sim/retell.ts";
import { Trouble } from "./trouble.ts";

try {
  const args = process.argv.slice(2);
  const options = args.includes("--faults") ? "faults" : readOptions(args);
  if (options === "faults") faultsCommand(args);
  else if (options === "help") console.log(HELP);
  else {
    const report = new SimFloor(options).run();
    if (report.firstBroken !== null) {
      const { promise, replay, contact, trace } = retell(options, {}, report.firstBroken);
      const head = contact === null ? "no contact is concerned" : `what happened to contact ${contact}:`;
      console.error([`seed ${options.seed}: ${promise}`, `again: ${replay}`, head, ...trace, ""].join("\n"));
    }
    if (!options.json) console.table(report);
    console.log(JSON.stringify(report));
    if (report.invariantsBroken > 0) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
