import { billing } from "./zh/billing.ts";
import { books } from "./zh/books.ts";
import { commission } from "./zh/commission.ts";
import { contact, contacts, usage } from "./zh/contact.ts";
import { call, customer, desktop, mic, shortcuts, work } from "./zh/desktop.ts";
import { floor } from "./zh/floor.ts";
import { signIn } from "./zh/identity.ts";
import { exceptions, invoicing } from "./zh/invoicing.ts";
import { phone } from "./zh/phone.ts";
import { portal } from "./zh/portal.ts";
import { decision, queues } from "./zh/queues.ts";
import { loss, refusal } from "./zh/refusal.ts";
import { settlement } from "./zh/settlement.ts";
import { app, fault, link, outcome, reason, role, state, tier, trouble } from "./zh/shell.ts";

/** Words of the console in Chinese. This file gives the shape; `en.ts` must have the same keys, which the compiler and a test hold. */
export const zh = {
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
} as const;
