import { fewestContacts } from "./fewest-contacts.ts";
import { fixedOrder } from "./fixed-order.ts";
import { leastSkilled } from "./least-skilled.ts";
import { leastTalk } from "./least-talk.ts";
import { longestIdle } from "./longest-idle.ts";
import { longestReady } from "./longest-ready.ts";
import { longestSinceContact } from "./longest-since-contact.ts";
import { mostSkilled } from "./most-skilled.ts";
import { progressive } from "./progressive.ts";
import { random } from "./random.ts";
import { ringAll } from "./ring-all.ts";
import { roundRobin } from "./round-robin.ts";
import type { Strategy } from "./strategy.ts";
import { weightedShare } from "./weighted-share.ts";

/** All strategies a queue may name, by name. */
export const STRATEGIES: ReadonlyMap<string, Strategy> = new Map(
  [
    longestIdle,
    longestSinceContact,
    longestReady,
    roundRobin,
    fewestContacts,
    leastTalk,
    mostSkilled,
    leastSkilled,
    ringAll,
    progressive,
    fixedOrder,
    random,
    weightedShare,
  ].map((strategy) => [strategy.name, strategy]),
);

/** The strategy of that name. A queue published with a name this version does not know falls back to longest idle. */
export function strategyNamed(name: string): Strategy {
  return STRATEGIES.get(name) ?? longestIdle;
}
