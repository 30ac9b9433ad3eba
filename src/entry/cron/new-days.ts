import { DAY_MS } from "../../domain/kernel/instant.ts";
import { seatsHaveChanged } from "../../features/numbers/index.ts";
import { configOf, type Env } from "../env.ts";
import { publish } from "../http/publish.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** Until when the pools are known to have heard; a fresh isolate knows nothing and looks back a day. */
let heardUntil: number | null = null;

/** Every minute: seats that a client has rented from a day on, or up to one, are told to the pools as that day begins. */
export async function newDays(env: Env): Promise<void> {
  const now = configOf(env).clock.now();
  const since = heardUntil === null || heardUntil > now ? now - DAY_MS : heardUntil;
  const services = servicesOf(env);
  try {
    if (await seatsHaveChanged(services, since, now)) {
      const { pools } = await publish(env, services, null);
      log("info", "seats_of_a_new_day", { pools });
    }
    heardUntil = now;
  } finally {
    await services.close();
  }
}
