import type { AgentCommand } from "../../../../domain/call/messages.ts";
import type { AgentId, ContactId, ReservationId } from "../../../../domain/kernel/ids.ts";
import type { Agent, PoolEvent } from "../../../../domain/routing/index.ts";
import type { Agenda } from "./agenda.ts";
import type { SimCarrier, TrueLeg } from "./carrier.ts";
import type { Fate } from "./fate.ts";
import type { PoolObject } from "./pool-object.ts";

type House = {
  readonly agenda: Agenda;
  readonly fate: Fate;
  readonly carrier: SimCarrier;
  readonly pool: PoolObject;
  contact(contactId: ContactId): { take(command: AgentCommand): unknown } | null;
};

/** What a desktop shows: the state, and the reservation and contact it is about. */
type Shown = {
  readonly is: Agent["at"]["is"];
  readonly id: ReservationId | null;
  readonly contactId: ContactId | null;
};

const RECONNECT_MS_MAX = 90_000;
/** The platform notices within this that a desktop is gone. */
const HEARTBEAT_MS_MAX = 40_000;

/** An agent with a browser: answers, declines and misses, holds, hangs up, wraps up, takes breaks, and vanishes. */
export class Desk {
  readonly agentId: AgentId;
  private readonly house: House;
  private readonly handleMs: number;
  private deviceId: string | null = null;
  private devices = 0;
  /** False while the page with the browser phone is gone. */
  private phoneOn = false;
  private wantsWork = true;
  /** Nothing is on the screen until the first frame comes. */
  private shown: Shown | null = null;

  constructor(house: House, agentId: AgentId, handleMs: number) {
    this.house = house;
    this.agentId = agentId;
    this.handleMs = handleMs;
  }

  /** Opens the desktop, on a device that was never seen before. */
  arrive(): void {
    if (this.deviceId !== null) return;
    this.devices += 1;
    this.deviceId = `${this.agentId}-${this.devices}`;
    this.phoneOn = true;
    this.shown = null;
    this.house.pool.openSocket(this.agentId, this.deviceId);
  }

  goHome(): void {
    this.wantsWork = false;
    this.command({ type: "set_state", agentId: this.agentId, to: "off_shift", reason: null });
  }

  /** The desktop is gone: with its page and phone, or only its wire. The platform notices in a while. */
  vanish(): void {
    const { agenda, carrier, fate, pool } = this.house;
    const { deviceId } = this;
    if (deviceId === null) return;
    this.deviceId = null;
    if (fate.happens(0.6)) {
      this.phoneOn = false;
      const legs = [...(carrier.liveOf.get(this.agentId) ?? [])];
      agenda.plan(fate.between(0, 15_000), () => {
        for (const leg of legs) carrier.end(leg, leg.answeredAt === null ? "no-answer" : "completed");
      });
    }
    agenda.plan(fate.between(0, HEARTBEAT_MS_MAX), () => pool.closeSocket(this.agentId, deviceId));
    this.comeBack();
  }

  /** The pool's machine died together with the sockets it held: the desktop connects again. */
  socketLost(): void {
    if (this.deviceId === null) return;
    this.deviceId = null;
    this.comeBack();
  }

  private comeBack(): void {
    const { agenda, fate } = this.house;
    agenda.plan(fate.happens(0.6) ? fate.between(100, 1_500) : fate.between(0, RECONNECT_MS_MAX), () => this.arrive());
  }

  breakOff(): void {
    const { agenda, fate } = this.house;
    this.command({ type: "set_state", agentId: this.agentId, to: "not_ready", reason: "break" });
    agenda.plan(fate.between(5_000, 90_000), () => this.sayReady());
  }

  /** A frame of the pool: what was decided there is on the screen a moment later. */
  show(agent: Agent): void {
    const { at } = agent;
    const offer = at.is === "reserved" || at.is === "ringing" ? at.reservation : null;
    const service = at.is === "on_contact" || at.is === "wrap_up" ? at.service : null;
    const ticket = offer?.ticket ?? service?.ticket ?? null;
    const next: Shown = { is: at.is, id: offer?.id ?? service?.id ?? null, contactId: ticket?.contactId ?? null };
    const { deviceId } = this;
    const { agenda, fate } = this.house;
    agenda.plan(fate.between(1, 60), () => {
      if (deviceId === null || deviceId !== this.deviceId) return;
      const known = this.shown;
      this.shown = next;
      if (known?.is !== next.is || known.id !== next.id) this.react(next);
    });
  }

  private react({ is, id, contactId }: Shown): void {
    const { fate } = this.house;
    switch (is) {
      case "ringing":
        return id === null ? undefined : this.considerOffer(id);
      case "on_contact":
        return id === null || contactId === null ? undefined : this.talk(id, contactId);
      case "wrap_up":
        return id === null || contactId === null ? undefined : this.wrapUp(id, contactId);
      case "not_ready":
      case "off_shift":
        return this.later(fate.between(500, 8_000), is, id, () => this.sayReady());
      default:
        return;
    }
  }

  private considerOffer(reservationId: ReservationId): void {
    const { fate } = this.house;
    const { agentId } = this;
    const lot = fate.next();
    if (lot < 0.08) return;
    const ms = fate.happens(0.15) ? fate.between(7_000, 16_000) : fate.between(300, 6_000);
    this.later(ms, "ringing", reservationId, () => {
      const deviceId = this.deviceId ?? "";
      if (lot < 0.16) return this.command({ type: "decline", agentId, reservationId });
      this.command({ type: "accept", agentId, deviceId, reservationId });
    });
    if (fate.happens(0.1)) this.command({ type: "set_state", agentId, to: "not_ready", reason: "lunch" });
  }

  private talk(id: ReservationId, contactId: ContactId): void {
    const { fate } = this.house;
    const { agentId } = this;
    const talkMs = fate.exponential(this.handleMs);
    if (fate.happens(0.25)) {
      this.later(talkMs / 3, "on_contact", id, () => this.tellContact(contactId, { type: "hold", agentId, on: true }));
      this.later(talkMs / 2, "on_contact", id, () => this.tellContact(contactId, { type: "hold", agentId, on: false }));
    }
    this.later(talkMs + 3_000, "on_contact", id, () => this.tellContact(contactId, { type: "hang_up", agentId }));
  }

  private wrapUp(id: ReservationId, contactId: ContactId): void {
    const { fate } = this.house;
    const { agentId } = this;
    if (fate.happens(0.15)) {
      this.later(fate.between(500, 9_000), "wrap_up", id, () =>
        this.command({ type: "extend_wrap_up", agentId, reservationId: id }),
      );
    }
    if (fate.happens(0.15)) return;
    const to = fate.pick(["ready", "ready", "ready", "not_ready", "stay"] as const) ?? "ready";
    this.later(fate.between(500, 25_000), "wrap_up", id, () =>
      this.tellContact(contactId, {
        type: "wrap_up",
        agentId,
        disposition: "done",
        notes: "",
        after: { to, reason: null },
      }),
    );
  }

  /** Done later, if the screen still shows the same. */
  private later(ms: number, is: Shown["is"], id: ReservationId | null, act: () => void): void {
    this.house.agenda.plan(ms, () => {
      if (this.deviceId !== null && this.shown?.is === is && this.shown.id === id) act();
    });
  }

  /** The browser phone rings: it answers by itself, because its agent has said yes already. */
  ring(leg: TrueLeg, conference: string): void {
    const { agenda, carrier, fate } = this.house;
    if (!this.phoneOn) return agenda.plan(fate.between(100, 900), () => carrier.end(leg, "no-answer"));
    if (fate.happens(0.06)) return;
    agenda.plan(fate.between(100, 2_500), () => {
      if (this.phoneOn) carrier.answer(leg, conference);
    });
  }

  private sayReady(): void {
    const to = this.wantsWork ? "ready" : "off_shift";
    this.command({ type: "set_state", agentId: this.agentId, to, reason: null });
  }

  private command(event: PoolEvent): void {
    const { deviceId } = this;
    const { agenda, fate, pool } = this.house;
    if (deviceId === null) return;
    const send = () => pool.fromDesk(this.agentId, deviceId, event);
    agenda.plan(fate.between(1, 60), send);
    if (fate.happens(fate.weather.strays)) agenda.plan(fate.between(1, 5_000), send);
  }

  private tellContact(contactId: ContactId, command: AgentCommand): void {
    const { fate } = this.house;
    fate.call(
      () => this.house.contact(contactId)?.take(command),
      () => undefined,
    );
  }
}
