import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { type Account, type Faults, NO_FAULTS } from "../exchange/state.ts";
import type { DirectoryRpc, ExchangeRpc } from "./rpc.ts";

/** What all accounts share: who has which number, which accounts there are, and the faults asked for. */
export class DirectoryObject extends DurableObject<Env> implements DirectoryRpc {
  async setAccount(account: Account): Promise<void> {
    const { kv } = this.ctx.storage;
    for (const e164 of kv.get<string[]>(`numbers/${account.sid}`) ?? []) kv.delete(`number/${e164}`);
    kv.put(
      `numbers/${account.sid}`,
      account.numbers.map((number) => number.e164),
    );
    for (const number of account.numbers) kv.put(`number/${number.e164}`, account.sid);
    const exchange = this.#exchange(account.sid);
    await exchange.setAccount(account);
    await exchange.setFaults(this.faults());
  }

  accountOf(e164: string): string | null {
    return this.ctx.storage.kv.get<string>(`number/${e164}`) ?? null;
  }

  accountSids(): string[] {
    return [...this.ctx.storage.kv.list({ prefix: "numbers/" })].map(([key]) => key.slice("numbers/".length));
  }

  faults(): Faults {
    return this.ctx.storage.kv.get<Faults>("faults") ?? NO_FAULTS;
  }

  async setFaults(faults: Faults): Promise<void> {
    this.ctx.storage.kv.put("faults", faults);
    await Promise.all(this.accountSids().map((sid) => this.#exchange(sid).setFaults(faults)));
  }

  #exchange(sid: string): DurableObjectStub<ExchangeRpc> {
    return this.env.EXCHANGE.get(this.env.EXCHANGE.idFromName(sid));
  }
}
