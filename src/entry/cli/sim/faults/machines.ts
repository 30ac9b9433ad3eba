import { deadlineOf, openContact, stepContact } from "../../../../domain/call/contact.ts";
import { restorePool, step } from "../../../../domain/routing/index.ts";

/** The rules under test: the product's own, or, in a test, ones with a planted bug. */
export type Machines = {
  readonly openContact: typeof openContact;
  readonly stepContact: typeof stepContact;
  readonly deadlineOf: typeof deadlineOf;
  readonly stepPool: typeof step;
  readonly restorePool: typeof restorePool;
};

export const PRODUCT: Machines = { openContact, stepContact, deadlineOf, stepPool: step, restorePool };
