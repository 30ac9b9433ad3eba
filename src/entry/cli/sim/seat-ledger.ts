import type { AgentFact, AgentState } from "../../../domain/call/facts.ts";
import type { Pool } from "../../../domain/routing/index.ts";
import { numberIn } from "./names.ts";

const STATES = ["off_shift", "ready", "reserved", "ringing", "on_contact", "wrap_up", "not_ready"] as const;
const CODES = new Map<AgentState, number>(STATES.map((state, code) => [state, code]));
const OFF_SHIFT = 0;
const NOT_READY = 6;
const ON_CONTACT = 4;

/**
 * What the pool's facts say of every agent's time, kept beside the pool and compared with it: facts must form a chain
 * without a gap, so the seconds over the states sum to the seconds logged in.
 */
export class SeatLedger {
  private readonly since: Float64Array;
  private readonly seqs: Int32Array;
  private readonly states: Uint8Array;
  private readonly spentMs = new Float64Array(STATES.length);
  /** Time on contacts by client; a fact names the client whose contact the agent turns to. */
  private readonly servedMs: Float64Array;
  private readonly serving: Int32Array;

  constructor(agents: number, tenants: number) {
    this.since = new Float64Array(agents);
    this.seqs = new Int32Array(agents);
    this.states = new Uint8Array(agents);
    this.servedMs = new Float64Array(tenants);
    this.serving = new Int32Array(agents).fill(-1);
  }

  /** Books one fact; says what is wrong with it, or null. */
  note({ agentId, seq, at, body }: AgentFact): string | null {
    const agent = numberIn(agentId);
    const from = this.states[agent] as number; // agents are numbered without a gap
    const tookMs = at - (this.since[agent] as number);
    const follows = seq === (this.seqs[agent] as number) + 1 && STATES[from] === body.from && tookMs >= 0;
    this.seqs[agent] = seq;
    this.spend(agent, from, tookMs);
    this.states[agent] = CODES.get(body.to) as number; // every state has a code
    this.since[agent] = at;
    this.serving[agent] = body.tenantId === null ? -1 : numberIn(body.tenantId);
    return follows ? null : `agent ${agentId}: fact ${seq} does not follow the one before`;
  }

  /** Time of client's contacts on seats, in milliseconds: what would be billed. Running talks are not in it. */
  served(tenant: number): number {
    return this.servedMs[tenant] ?? 0;
  }

  /** All agents' time at work and on contacts up to now, running states included. */
  upTo(now: number): { readonly workingMs: number; readonly onContactMs: number } {
    const spent = Float64Array.from(this.spentMs);
    this.states.forEach((state, agent) => {
      spent[state] = (spent[state] as number) + now - (this.since[agent] as number);
    });
    const loggedIn = spent.reduce((sum, ms) => sum + ms, 0) - (spent[OFF_SHIFT] as number);
    return { workingMs: loggedIn - (spent[NOT_READY] as number), onContactMs: spent[ON_CONTACT] as number };
  }

  /** The first agent whose facts tell another story than the pool, or null. */
  differsFrom(pool: Pool): string | null {
    for (const [agentId, { at, since, factSeq }] of pool.agents) {
      const agent = numberIn(agentId);
      if (this.seqs[agent] !== factSeq) return `agent ${agentId}: ${factSeq} facts, ${this.seqs[agent]} were seen`;
      if (STATES[this.states[agent] as number] !== at.is)
        return `agent ${agentId} is ${at.is}, his facts say otherwise`;
      if (factSeq > 0 && this.since[agent] !== since) return `agent ${agentId}: his state and his facts differ in time`;
    }
    return null;
  }

  private spend(agent: number, state: number, ms: number): void {
    this.spentMs[state] = (this.spentMs[state] as number) + ms; // states have codes below the length
    const tenant = this.serving[agent] as number;
    if (state === ON_CONTACT && tenant >= 0) this.servedMs[tenant] = (this.servedMs[tenant] as number) + ms;
  }
}
