export { type BillingProfile, billingProfile, type Seller, sellerOf, taxTermsOf } from "./parties.ts";
export {
  type BillingFile,
  BillingFileSchema,
  type BuyerSnapshot,
  BuyerSnapshotSchema,
  type SellerFile,
  SellerFileSchema,
  type SellerSnapshot,
  SellerSnapshotSchema,
} from "./schema.ts";
export { billingProfiles, sellers } from "./tables.ts";
