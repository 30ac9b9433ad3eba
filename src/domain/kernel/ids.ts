/**
 * Branded identifiers. All are UUID text unless the comment says otherwise; the brand keeps an agent's id out of a
 * tenant's place at compile time and costs nothing at run time.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<"TenantId">;
export type BrandId = Branded<"BrandId">;
export type NumberId = Branded<"NumberId">;
export type QueueId = Branded<"QueueId">;
export type FlowId = Branded<"FlowId">;
export type PoolId = Branded<"PoolId">;
export type AgentId = Branded<"AgentId">;
export type UserId = Branded<"UserId">;
export type CustomerId = Branded<"CustomerId">;
export type ContactId = Branded<"ContactId">;
/** One promise of one seat to one contact; made by the pool, unique for ever. */
export type ReservationId = Branded<"ReservationId">;
/** A step of a flow: a name chosen by the author of the flow, not a UUID. */
export type StepId = Branded<"StepId">;
/** A skill: a short name such as `zh` or `appliance-repair`, not a UUID. */
export type Skill = Branded<"Skill">;
/** A carrier's own id of a call leg, conference or recording (Twilio `CA…`, `CF…`, `RE…`). */
export type CarrierSid = Branded<"CarrierSid">;
/** E.164 text with its plus sign, or a short access number of digits only. */
export type PhoneNumber = Branded<"PhoneNumber">;

/** Marks text that an edge has already checked as the identifier it claims to be. */
export function asId<T extends string>(text: string): T {
  return text as T;
}
