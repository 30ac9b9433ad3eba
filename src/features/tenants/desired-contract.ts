import { type Desired, idOf, table } from "./desired.ts";
import type { TenantFiles } from "./parse.ts";
import { contentHash, stableId } from "./stable-id.ts";

/** The contract and its versions, each with every charge; they come after the client's other rows. */
export function desiredContract({ slug, company, contract }: TenantFiles): Desired[] {
  const tenant_id = idOf.tenant(slug);
  const contract_id = idOf.contract(slug);
  const cure = "prices that have been applied are never changed: add a version with a later validFrom";
  return [
    table(
      "tenant.contracts",
      ["tenant_id", "id"],
      [
        {
          tenant_id,
          id: contract_id,
          slug: "main",
          name_zh: company.nameZh,
          name_en: company.nameEn,
          currency: contract.currency,
          time_zone: company.timeZone,
        },
      ],
      "keep",
    ),
    {
      ...table(
        "tenant.contract_versions",
        ["tenant_id", "contract_id", "version"],
        contract.versions.map(({ validFrom, charges, card }, at) => ({
          tenant_id,
          contract_id,
          version: at + 1,
          valid: `[${validFrom},${contract.versions[at + 1]?.validFrom ?? ""})`,
          content_hash: contentHash(charges),
          card: card?.slug ?? null,
          card_version: card?.version ?? null,
          overrides: card?.overrides ?? null,
        })),
        "refuse",
      ),
      // Prices that are written out and later come from a card are the same prices: what was applied keeps how it came about.
      onceOnly: ["card", "card_version", "overrides"],
    },
    {
      ...table(
        "tenant.charges",
        ["tenant_id", "id"],
        contract.versions.flatMap(({ charges }, at) =>
          charges.map((charge, position) => {
            const { code, label, model, ...params } = charge;
            return {
              tenant_id,
              id: stableId("charge", slug, "main", String(at + 1), code),
              contract_id,
              version: at + 1,
              position,
              code,
              model,
              params,
              description_zh: label.zh,
              description_en: label.en,
            };
          }),
        ),
        "refuse",
      ),
      immutable: cure,
    },
  ];
}
