import { Trouble } from "../../trouble.ts";
import { HELP, readOptions, type SimOptions } from "../options.ts";

/** A small, busy floor: six agents who serve three clients for twenty minutes, and short calls. */
const SMALL: { readonly [option: string]: string } = {
  "--seats": "6",
  "--tenants": "3",
  "--hours": String(1 / 3),
  "--handle": "60",
  "--patience": "60",
  "--erlangs": "1.8",
};

export const FAULTS_HELP = `${HELP}
with --faults: the contact's and the pool's own code under duplicated, reordered, lost and late carrier events and
messages, restarts between any two events, clocks that are set, agents who vanish, and carrier errors; every promise is
looked at after every step

  --seeds N            so many runs, from --seed on (1)
  --outside            the queues of two clients in three have numbers outside the house called for who waits long
  The other options begin at: ${Object.entries(SMALL)
    .map(
      ([name, value]) =>
        `${name} ${Number(value)
          .toFixed(2)
          .replace(/\.?0+$/, "")}`,
    )
    .join(" ")}
  --days and --demand have no meaning here.
`;

/** What a house under faults is besides the simulator's. */
export type HouseOptions = SimOptions & { readonly outside: boolean };
export type FaultOptions = HouseOptions & { readonly seeds: number };

/** Reads the command line after `--faults`; what is not said is that of a small world. */
export function readFaultOptions(args: readonly string[]): FaultOptions | "help" {
  const own = args.indexOf("--seeds");
  const seeds = own === -1 ? 1 : Number(args[own + 1]);
  if (!Number.isInteger(seeds) || seeds < 1)
    throw new Trouble(`--seeds ${args[own + 1]}: must be a whole number above 0`);
  const flags: readonly (string | undefined)[] = ["--faults", "--outside"];
  const rest = args.filter((arg, at) => !flags.includes(arg) && (own === -1 || (at !== own && at !== own + 1)));
  const given = new Set(rest);
  const options = readOptions([...Object.entries(SMALL).flatMap((pair) => (given.has(pair[0]) ? [] : pair)), ...rest]);
  return options === "help" ? "help" : { ...options, seeds, outside: args.includes("--outside") };
}

/** The command that makes this very run again. */
export function replayOf(
  { seats, tenants, hours, policy, brandsPerSeat, outside, ...options }: HouseOptions,
  seed: number,
): string {
  const floor = `--seats ${seats} --tenants ${tenants} --hours ${hours} --policy ${policy} --brands-per-seat ${brandsPerSeat}`;
  const { erlangs, handleS, patienceS, target } = options;
  const callers = `--erlangs ${erlangs} --handle ${handleS} --patience ${patienceS}`;
  const promise = `--target ${Math.round(target.share * 1_000) / 10}/${target.withinS}`;
  return `npm run sim -- --faults${outside ? " --outside" : ""} --seed ${seed} ${floor} ${callers} ${promise}`;
}
