import type { LineConfig } from "../../../../domain/call/line-config.ts";
import { type AgentId, asId, type ContactId } from "../../../../domain/kernel/ids.ts";
import { Agenda } from "./agenda.ts";
import { Callers } from "./callers.ts";
import { SimCarrier } from "./carrier.ts";
import { ContactObject } from "./contact-object.ts";
import { Desk } from "./desk.ts";
import { Fate } from "./fate.ts";
import { lineOf, OPENS_AT, poolOf } from "./floor-plan.ts";
import type { Machines } from "./machines.ts";
import type { HouseOptions } from "./options.ts";
import { PoolObject } from "./pool-object.ts";
import { Watch } from "./watch.ts";

/** After the last caller the network heals, and whatever was left behind has this long to be mended. */
const MENDING_MS = 3 * 3_600_000;
const CLOCK_STEP_MS_MAX = 40_000;

/**
 * One run: callers, agents, a carrier, a pool and its contacts on true time, under the weather of its seed. Between any
 * two events an object may die, a desktop vanish or the clocks be set. It puts the parts together; each names as its
 * `House` what it needs of the others.
 */
export class House {
  readonly options: HouseOptions;
  readonly machines: Machines;
  readonly agenda = new Agenda(OPENS_AT);
  readonly fate: Fate;
  readonly watch: Watch;
  readonly carrier: SimCarrier;
  readonly callers: Callers;
  readonly pool: PoolObject;
  /** The house's clock runs so many milliseconds before the true one. */
  skewMs = 0;
  readonly contacts = new Map<ContactId, ContactObject>();
  private readonly lines: readonly LineConfig[];
  private readonly desks = new Map<AgentId, Desk>();
  private readonly closesAt: number;

  constructor(options: HouseOptions, machines: Machines, traced: ContactId | "all" | null = null) {
    this.options = options;
    this.machines = machines;
    this.fate = new Fate(options.seed, this.agenda);
    this.watch = new Watch(this, traced);
    this.carrier = new SimCarrier(this);
    this.callers = new Callers(this);
    this.lines = Array.from({ length: options.tenants }, (_, tenant) => lineOf(tenant, options));
    const config = poolOf(options);
    for (const { agentId } of config.agents) this.desks.set(agentId, new Desk(this, agentId, options.handleS * 1_000));
    this.pool = new PoolObject(this, config);
    this.closesAt = OPENS_AT + options.hours * 3_600_000;
  }

  /** Runs until everything is over; stops at the first broken promise. */
  run(): Watch {
    const { agenda, fate, watch } = this;
    for (const desk of this.desks.values()) agenda.plan(fate.between(0, 20_000), () => desk.arrive());
    this.planCaller();
    try {
      while (watch.broken === null && agenda.next(this.closesAt)) this.strike();
      this.heal();
      while (watch.broken === null && agenda.next(this.closesAt + MENDING_MS)) {
        // Nothing strikes any more.
      }
      watch.dayEnded();
    } catch (error) {
      watch.breaks(null, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    return watch;
  }

  contact(contactId: ContactId): ContactObject | null {
    return this.contacts.get(contactId) ?? null;
  }

  desk(agentId: AgentId): Desk {
    const desk = this.desks.get(agentId);
    if (desk === undefined) throw new Error(`no desk for ${agentId}`);
    return desk;
  }

  /** Callers arrive until the house closes. */
  private planCaller(): void {
    const { agenda, fate, options } = this;
    const perTenantMs = (options.handleS * 1_000) / options.erlangs;
    agenda.plan(fate.exponential(perTenantMs / options.tenants), () => {
      if (agenda.now >= this.closesAt) return;
      this.planCaller();
      const line = fate.pick(this.lines);
      if (line === undefined) return;
      const contactId = asId<ContactId>(`c${this.contacts.size + 1}`);
      const means = { handleMs: options.handleS * 1_000, patienceMs: options.patienceS * 1_000 };
      const leg = this.callers.dial(contactId, means);
      const contact = new ContactObject(this, line, { contactId, callSid: leg.callSid });
      this.callers.run(leg, contact.mind.state.lastVerbs);
    });
  }

  /** What may go wrong between two events. */
  private strike(): void {
    const { fate } = this;
    const { weather } = fate;
    if (fate.happens(weather.restarts)) {
      if (fate.happens(0.3)) this.pool.restart(fate.happens(0.7));
      else this.lately(fate.whole(8))?.restart();
    }
    if (fate.happens(weather.vanishes)) {
      const desk = fate.pick([...this.desks.values()]);
      if (fate.happens(0.8)) desk?.vanish();
      else desk?.breakOff();
    }
    if (fate.happens(weather.clockSteps)) this.setClocks(fate.between(-CLOCK_STEP_MS_MAX / 4, CLOCK_STEP_MS_MAX));
  }

  private setClocks(stepMs: number): void {
    this.skewMs = Math.round(this.skewMs + stepMs);
    this.pool.rearm();
    for (const contact of this.contacts.values()) contact.rearm();
  }

  /** One of the contacts that came last, where most is going on. */
  private lately(back: number): ContactObject | undefined {
    return this.contacts.get(asId<ContactId>(`c${Math.max(1, this.contacts.size - back)}`));
  }

  /** The storm is over: nothing is lost any more, everybody comes back, finishes and goes home. */
  private heal(): void {
    this.fate.calmDown();
    for (const desk of this.desks.values()) this.agenda.plan(600_000, () => desk.goHome());
  }
}
