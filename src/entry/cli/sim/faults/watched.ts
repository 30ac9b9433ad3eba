import type { ContactId } from "../../../../domain/kernel/ids.ts";
import type { Agenda } from "./agenda.ts";
import type { SimCarrier } from "./carrier.ts";
import type { ContactObject } from "./contact-object.ts";
import type { Machines } from "./machines.ts";
import type { PoolObject } from "./pool-object.ts";

/** The house as its promises see it: contacts, the pool, and the carrier, which knows what is true. */
export type House = {
  readonly agenda: Agenda;
  readonly machines: Machines;
  readonly carrier: SimCarrier;
  readonly pool: PoolObject;
  readonly contacts: ReadonlyMap<ContactId, ContactObject>;
  contact(contactId: ContactId): ContactObject | null;
};
