import { parseArgs } from "node:util";
import { POLICIES, type Policy } from "../../../domain/routing/index.ts";
import { Trouble } from "../trouble.ts";

export type SimOptions = {
  readonly seats: number;
  readonly tenants: number;
  readonly hours: number;
  readonly days: number;
  readonly seed: number;
  readonly policy: Policy;
  readonly brandsPerSeat: number;
  /** Who knows which brands, where a seat does not know all. */
  readonly deal: "lot" | "even";
  /** Offered load of each tenant. */
  readonly erlangs: number;
  readonly handleS: number;
  readonly patienceS: number;
  readonly target: { readonly share: number; readonly withinS: number };
  readonly demand: "flat" | "day";
  readonly json: boolean;
};

export const HELP = `npm run sim -- [options]   a pool of seats on a virtual clock, with the routing code of the product

  --seats N            agents on the floor (44)
  --tenants N          clients, each with one brand and one queue (20)
  --hours H            length of a day (10)
  --days D             days, one after the other; each is judged by itself (1)
  --seed S             names the run: the same seed gives the same hash (1)
  --policy P           fifo, edf or slack: whose caller a free seat serves first (slack)
  --brands-per-seat K  brands each agent serves (all, up to 5 where there are more than 60 tenants)
  --deal D             lot: a seat's first brand by turn, the others by lot; even: as a floor would plan it, each brand on
                       as many seats as any other, and each two brands together on as many (lot)
  --erlangs E          offered load of each client (0.91 × seats ÷ tenants)
  --handle S           mean handle time, wrap-up included, in seconds (240)
  --patience S         mean patience of a waiting caller, in seconds (180)
  --target P/S         service level: P percent answered within S seconds (80/20)
  --demand D           flat: even arrivals and exponential handle times; day: two humps, large and small clients,
                       good and bad days, lognormal handle times (flat)
  --faults             contacts and pool under a bad network, restarts and vanishing agents: see --faults --help
  --json               only the JSON line
`;

/** Reads the command line; a mistake names the option and what is allowed. */
export function readOptions(args: readonly string[]): SimOptions | "help" {
  const { values } = parse(args);
  if (values.help) return "help";
  const seats = whole("seats", values.seats, 44);
  const tenants = whole("tenants", values.tenants, 20);
  const policy = POLICIES.find((name) => name === (values.policy ?? "slack"));
  if (policy === undefined) throw new Trouble(`--policy ${values.policy}: must be one of ${POLICIES.join(", ")}`);
  const deal = values.deal ?? "lot";
  if (deal !== "lot" && deal !== "even") throw new Trouble(`--deal ${deal}: must be lot or even`);
  const demand = values.demand ?? "flat";
  if (demand !== "flat" && demand !== "day") throw new Trouble(`--demand ${demand}: must be flat or day`);
  return {
    seats,
    tenants,
    hours: positive("hours", values.hours, 10),
    days: whole("days", values.days, 1),
    seed: whole("seed", values.seed, 1),
    policy,
    brandsPerSeat: Math.min(tenants, whole("brands-per-seat", values["brands-per-seat"], tenants > 60 ? 5 : tenants)),
    deal,
    erlangs: positive("erlangs", values.erlangs, (0.91 * seats) / tenants),
    handleS: positive("handle", values.handle, 240),
    patienceS: positive("patience", values.patience, 180),
    target: readTarget(values.target ?? "80/20"),
    demand,
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const names = ["seats", "tenants", "hours", "days", "seed", "policy", "brands-per-seat"] as const;
  const more = ["deal", "erlangs", "handle", "patience", "target", "demand"] as const;
  const options = Object.fromEntries([...names, ...more].map((name) => [name, text]));
  try {
    const { values } = parseArgs({ args: [...args], options: { ...options, json: flag, help: flag } });
    return {
      values: values as { [name in (typeof names)[number] | (typeof more)[number]]?: string } & {
        json?: boolean;
        help?: boolean;
      },
    };
  } catch (error) {
    throw new Trouble(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  const value = positive(name, text, otherwise);
  if (!Number.isInteger(value)) throw new Trouble(`--${name} ${text}: must be a whole number above 0`);
  return value;
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Trouble(`--${name} ${text}: must be a number above 0`);
  return value;
}

function readTarget(text: string): { share: number; withinS: number } {
  const match = /^(\d{1,2}(?:\.\d+)?)\/(\d+)$/.exec(text);
  if (match === null) throw new Trouble(`--target ${text}: must be percent/seconds, such as 80/20`);
  return { share: Number(match[1]) / 100, withinS: Number(match[2]) };
}
