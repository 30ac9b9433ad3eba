import { openness } from "../../../domain/flow/hours.ts";
import type { TenantFiles } from "../../../features/tenants/index.ts";
import { localTimeAt } from "../../objects/local-time.ts";
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
export function castFrom(applied: AppliedTenants, now: () => number): Cast {
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
      isOpen: (calendar: string) => isOpenAt(files, calendar, now()),
    }));
  });
  const [first, ...rest] = callers;
  if (first === undefined) throw new Error("tenants/ has no client with a number");
  return { agents: setup.house.agents.map(({ email }) => email), callers: [first, ...rest] };
}

function isOpenAt(files: TenantFiles, name: string, now: number): boolean {
  const file = files.calendars[name];
  if (file === undefined) return true;
  const timeZone = file.timeZone ?? files.company.timeZone;
  const weekly = DAYS.flatMap((day, index) =>
    (file.weekly[day] ?? []).map((hours) => ({ weekday: index + 1, ...hours })),
  );
  return openness({ timeZone, weekly, exceptions: file.exceptions }, localTimeAt(now, timeZone)) === "open";
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
