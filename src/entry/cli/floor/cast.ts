import { readSetup } from "../tenant-files.ts";
import type { AppliedTenants } from "../tenants.ts";
import type { FloorCallers } from "./floor.ts";

/** Who can play: every agent in the files, and the callers of every number, with the account each number belongs to. */
export type Cast = {
  readonly agents: readonly string[];
  readonly callers: readonly [FloorCallers, ...FloorCallers[]];
};

const MAIN_LINE_WEIGHT = 3;

/** Reads the files of the house. The first number of a client gets most of its callers, as main lines do. */
export function castFrom(applied: AppliedTenants): Cast {
  const setup = readSetup();
  const callers = setup.tenants.flatMap((files) => {
    const accountSid = applied.tenants.find(({ slug }) => slug === files.slug)?.account.accountSid;
    if (accountSid === undefined) return [];
    const known = files.customers.flatMap(({ phones }) => phones);
    return files.numbers.map(({ e164 }, index) => ({
      accountSid,
      e164,
      flow: files.flow,
      known,
      weight: index === 0 ? MAIN_LINE_WEIGHT : 1,
    }));
  });
  const [first, ...rest] = callers;
  if (first === undefined) throw new Error("tenants/ has no client with a number");
  return { agents: setup.house.agents.map(({ email }) => email), callers: [first, ...rest] };
}
