import type { RobotAction } from "../../../adapters/carriers/sandbox/exchange/state.ts";
import {
  chance,
  type Random,
  randomExponential,
  randomInt,
  randomLognormal,
  randomPick,
} from "../../../domain/kernel/random.ts";
import type { FlowFile } from "../../../features/flow/index.ts";

/** One simulated call: when it is placed (house milliseconds from the start), by whom, to whom, and what the caller does. */
export type PlannedCall = {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly script: readonly RobotAction[];
  readonly patienceS: number;
};

/** What callers of one number are like. */
export type Callers = {
  readonly e164: string;
  readonly flow: FlowFile;
  /** Numbers of customers the client knows already; a share of callers ring from these. */
  readonly known: readonly string[];
  /** This number's share of all calls. */
  readonly weight: number;
  /** Whether a calendar of this client is open when the call is placed. */
  readonly isOpen: (calendar: string) => boolean;
};

/** Whether a call placed now can come to a queue: real callers mostly ring when somebody is there. */
export function reachesQueue(callers: Callers): boolean {
  return leadsToQueue(callers, callers.flow.entry, 0);
}

const KNOWN_SHARE = 0.6;
const WITHHELD_SHARE = 0.03;
/** What the carrier gives as the number of a caller who withholds it ("anonymous" on a keypad). */
const WITHHELD = "+266696687";
const PATIENCE_MEAN_S = 150;
const TALK_MEAN_S = 140;
const HASTY_SHARE = 0.04;

/** Arrivals of a Poisson process over the window, each with a caller drawn from the numbers' weights. */
export function planCalls(callers: readonly [Callers, ...Callers[]], calls: number, windowMs: number, random: Random) {
  const when = random.fork("arrivals");
  const who = random.fork("callers");
  const instants = Array.from({ length: calls }, () => when.next() * windowMs).sort((a, b) => a - b);
  return instants.map((atMs): PlannedCall => ({ atMs, ...planCaller(pickWeighted(callers, who), who) }));
}

/** One caller of one number: who rings, which way through the flow, how patient, how talkative. */
export function planCaller(callers: Callers, random: Random): Omit<PlannedCall, "atMs"> {
  return planWay(callers, random, 1);
}

/** A caller who takes no way but one to a queue, and waits there for so long before giving up. */
export function planWaiter(callers: Callers, random: Random, patienceS: number): Omit<PlannedCall, "atMs"> {
  return { ...planWay(callers, random, 0), patienceS };
}

function planWay(callers: Callers, random: Random, others: number): Omit<PlannedCall, "atMs"> {
  const hasty = chance(random, HASTY_SHARE);
  const keys = keysToSomewhere(callers, random, others);
  const talkS = Math.max(5, Math.round(randomLognormal(random, TALK_MEAN_S, 0.7)));
  const voicemailS = 4 + randomInt(random, 25);
  const script: RobotAction[] = keys.map((press) => ({ on: "gather", afterS: 1 + randomInt(random, 4), press }));
  script.push({ on: "conference", afterS: 0, talkS }, { on: "record", afterS: 1, voicemailS });
  return {
    from: callerNumber(callers, random),
    to: callers.e164,
    script,
    patienceS: hasty ? 2 + randomInt(random, 10) : 20 + Math.round(randomExponential(random, PATIENCE_MEAN_S)),
  };
}

function callerNumber(callers: Callers, random: Random): string {
  const [first, ...rest] = callers.known;
  if (first !== undefined && chance(random, KNOWN_SHARE)) return randomPick(random, [first, ...rest]);
  if (chance(random, WITHHELD_SHARE)) return WITHHELD;
  // The North American range kept for fiction: 555-0100 to 555-0199, in any area.
  return `+1${randomPick(random, ["201", "312", "415", "617", "718"])}55501${String(randomInt(random, 100)).padStart(2, "0")}`;
}

/**
 * The keys of a walk through the flow that mostly leads to a queue, as real callers do: at each menu an option is drawn,
 * options that lead to a queue three times as likely as others, or, where others weigh nothing, alone.
 */
export function keysToSomewhere(callers: Callers, random: Random, others = 1): string[] {
  const { flow, isOpen } = callers;
  const keys: string[] = [];
  let step = flow.steps[flow.entry];
  for (let depth = 0; depth < MAX_DEPTH && step !== undefined; depth += 1) {
    if (step.kind === "menu") {
      const key = drawOption(callers, step, random, others);
      keys.push(key);
      step = flow.steps[step.options[key] ?? ""];
    } else if (step.kind === "collect") {
      const digits = step.minDigits + randomInt(random, step.maxDigits - step.minDigits + 1);
      const typed = Array.from({ length: Math.max(1, digits) }, () => randomInt(random, 10)).join("");
      keys.push(typed.length < step.maxDigits ? `${typed}${step.finishOnKey}` : typed);
      step = flow.steps[step.next];
    } else if (step.kind === "hours") step = flow.steps[isOpen(step.calendar) ? step.open : step.closed];
    else if (step.kind === "prompt") step = flow.steps[step.next];
    else step = undefined;
  }
  return keys;
}

type FileStep = FlowFile["steps"][string];

const MAX_DEPTH = 12;
const QUEUE_PULL = 3;

function drawOption(
  callers: Callers,
  menu: Extract<FileStep, { kind: "menu" }>,
  random: Random,
  others: number,
): string {
  const options = Object.keys(menu.options);
  const weights = options.map((key) => (leadsToQueue(callers, menu.options[key] ?? "", 0) ? QUEUE_PULL : others));
  return options[drawIndex(weights, random)] ?? "1";
}

function leadsToQueue(callers: Callers, id: string, depth: number): boolean {
  const step = callers.flow.steps[id];
  if (step === undefined || depth > MAX_DEPTH) return false;
  if (step.kind === "queue") return true;
  const next = stepsAfter(callers, step);
  return next.some((one) => leadsToQueue(callers, one, depth + 1));
}

function stepsAfter({ isOpen }: Callers, step: FileStep): string[] {
  if (step.kind === "prompt" || step.kind === "collect") return [step.next];
  if (step.kind === "hours") return [isOpen(step.calendar) ? step.open : step.closed];
  return step.kind === "menu" ? Object.values(step.options) : [];
}

function pickWeighted(callers: readonly [Callers, ...Callers[]], random: Random): Callers {
  return (
    callers[
      drawIndex(
        callers.map((one) => one.weight),
        random,
      )
    ] ?? callers[0]
  );
}

/** Index drawn with probability in proportion to its weight. */
function drawIndex(weights: readonly number[], random: Random): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < weights.length; index += 1) {
    left -= weights[index] ?? 0;
    if (left < 0) return index;
  }
  return weights.length - 1;
}
