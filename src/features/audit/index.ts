export { audit } from "./store.ts";
