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
  type Tax,
} from "./schema.ts";
export { billingProfiles, sellers } from "./tables.ts";
