import { billing } from "./en/billing.ts";
import { books } from "./en/books.ts";
import { commission } from "./en/commission.ts";
import { contact, contacts, usage } from "./en/contact.ts";
import { call, customer, desktop, mic, shortcuts, work } from "./en/desktop.ts";
import { floor } from "./en/floor.ts";
import { signIn } from "./en/identity.ts";
import { exceptions, invoicing } from "./en/invoicing.ts";
import { phone } from "./en/phone.ts";
import { portal } from "./en/portal.ts";
import { decision, queues } from "./en/queues.ts";
import { loss, refusal } from "./en/refusal.ts";
import { settlement } from "./en/settlement.ts";
import { app, fault, link, outcome, reason, role, state, tier, trouble } from "./en/shell.ts";
import type { Words } from "./tree.ts";

/** Words of the console in English, as a person of the trade would say them. */
export const en: Words = {
  app,
  role,
  link,
  trouble,
  fault,
  state,
  reason,
  outcome,
  tier,
  signIn,
  desktop,
  call,
  customer,
  work,
  mic,
  shortcuts,
  phone,
  floor,
  portal,
  contacts,
  queues,
  decision,
  contact,
  usage,
  books,
  invoicing,
  exceptions,
  billing,
  commission,
  loss,
  refusal,
  settlement,
};
