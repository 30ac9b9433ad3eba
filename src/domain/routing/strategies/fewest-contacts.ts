import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/** The agent with the fewest contacts taken today, over all clients, goes first. */
export const fewestContacts: Strategy = {
  name: "fewest_contacts",
  version: 1,
  key: (agent) => agent.figures.contactsToday,
  ...ONE_AT_A_TIME,
};
