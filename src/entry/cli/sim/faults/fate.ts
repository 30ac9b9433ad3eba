import { chance, type Random, randomExponential, randomInt, seededRandom } from "../../../../domain/kernel/random.ts";
import type { Agenda } from "./agenda.ts";

/** How bad a run's network, machines and people are; drawn anew for each seed, from calm to stormy. */
export type Weather = {
  /** Share of messages between objects of which nothing arrives, of those whose answer is lost, and of stray repeats. */
  readonly lost: number;
  readonly unanswered: number;
  readonly strays: number;
  /** The same for the carrier's callbacks, which nobody repeats when they are lost. */
  readonly callbacksLost: number;
  readonly callbacksDoubled: number;
  readonly callbacksLate: number;
  /** Commands to the carrier that fail before or after they had an effect, and creates that it refuses. */
  readonly carrierFails: number;
  readonly carrierRefuses: number;
  /** Chance of a restart at any one event, and of an agent's desktop vanishing. */
  readonly restarts: number;
  readonly vanishes: number;
  readonly clockSteps: number;
};

/** The longest that a stray message is under way: a connection that hung is given up well before. */
const STRAY_MS_MAX = 45_000;
const CALLBACK_LATE_MS_MAX = 90_000;

/** All chance of a run. Nothing else in the world may throw dice, so a seed names everything that happens. */
export class Fate {
  weather: Weather;
  private readonly agenda: Agenda;
  private readonly random: Random;

  constructor(seed: number, agenda: Agenda) {
    this.agenda = agenda;
    this.random = seededRandom(`faults/${seed}`);
    this.weather = weatherOf(this.random.fork("weather"));
  }

  /** The network heals, machines and people stay. */
  calmDown(): void {
    this.weather = weatherOf(null);
  }

  next = (): number => this.random.next();
  happens(share: number): boolean {
    return share > 0 && chance(this.random, share);
  }
  between(low: number, high: number): number {
    return low + this.random.next() * (high - low);
  }
  exponential(mean: number): number {
    return randomExponential(this.random, mean);
  }
  whole(bound: number): number {
    return randomInt(this.random, bound);
  }
  pick<T>(list: readonly T[]): T | undefined {
    return list[randomInt(this.random, list.length)];
  }

  /** A call between two objects: `ask` happens on the other side, `then` hears the answer, or null when the call failed. */
  call<T>(ask: () => T, then: (answer: T | null) => void): void {
    const { lost, unanswered, strays } = this.weather;
    if (this.happens(strays)) this.agenda.plan(this.between(0, STRAY_MS_MAX), () => void ask());
    if (this.happens(lost)) return this.agenda.plan(this.between(5, 2_000), () => then(null));
    this.agenda.plan(this.between(1, 40), () => {
      const answer = ask();
      const heard = !this.happens(unanswered);
      this.agenda.plan(heard ? this.between(1, 40) : this.between(5, 2_000), () => then(heard ? answer : null));
    });
  }

  /** A command to the carrier: null is an outage, of which nobody knows whether it had an effect. */
  command<T>(ask: () => T, then: (answer: T | null) => void): void {
    const { carrierFails } = this.weather;
    if (this.happens(carrierFails)) return this.agenda.plan(this.between(20, 3_000), () => then(null));
    this.agenda.plan(this.between(10, 250), () => {
      const answer = ask();
      const heard = !this.happens(carrierFails);
      this.agenda.plan(heard ? this.between(10, 250) : this.between(20, 3_000), () => then(heard ? answer : null));
    });
  }

  /** A callback of the carrier: arrives once, twice, late, or never. */
  callback(arrive: () => void): void {
    const { callbacksLost, callbacksDoubled, callbacksLate } = this.weather;
    if (this.happens(callbacksDoubled)) this.agenda.plan(this.between(50, 20_000), arrive);
    if (this.happens(callbacksLost)) return;
    const late = this.happens(callbacksLate);
    this.agenda.plan(late ? this.between(1_000, CALLBACK_LATE_MS_MAX) : this.between(10, 400), arrive);
  }
}

function weatherOf(random: Random | null): Weather {
  const force = random === null ? 0 : random.next() ** 2;
  const share = (most: number): number => (random === null ? 0 : most * force * random.next());
  return {
    lost: share(0.3),
    unanswered: share(0.3),
    strays: share(0.3),
    callbacksLost: share(0.25),
    callbacksDoubled: share(0.4),
    callbacksLate: share(0.3),
    carrierFails: share(0.3),
    carrierRefuses: share(0.2),
    restarts: share(0.05),
    vanishes: share(0.012),
    clockSteps: share(0.004),
  };
}
