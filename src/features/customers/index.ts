export {
  type CustomerChange,
  type CustomerGiven,
  changeCustomer,
  createCustomer,
  customersByPhone,
} from "./customers.ts";
export { type Customer, CustomerSchema } from "./schema.ts";
