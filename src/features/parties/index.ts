export { type BillingProfile, billingProfile, type Seller, sellerOf, taxTermsOf } from "./parties.ts";
export {
  type BillingFile,
  BillingFileSchema,
  type BuyerSnapshot,
  BuyerSnapshotSchema,
  type SellerFile,
  type SellerSnapshot,
  SellerSnapshotSchema,
  type Tax,
} from "./schema.ts";
