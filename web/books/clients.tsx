import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../api/http.ts";
import type { ContractSummary } from "../contracts/shapes.ts";
import { PickField } from "../design/fields.tsx";
import { Field } from "../design/parts.tsx";
import { month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

export type Client = { readonly tenantId: string; readonly name: string; readonly currency: string };

/** Every client that has a contract, by name. */
export function useClients(): readonly Client[] {
  const contracts = useQuery({
    queryKey: ["contracts"],
    queryFn: ({ signal }) => read<{ items: readonly ContractSummary[] }>("/api/billing/contracts", signal),
  });
  const found = new Map<string, Client>();
  for (const { tenantId, tenantName: name, currency } of contracts.data?.items ?? [])
    if (!found.has(tenantId)) found.set(tenantId, { tenantId, name, currency });
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

type ChoiceProps = { readonly value: string; readonly change: (tenantId: string) => void };

export function ClientField({ value, change }: ChoiceProps) {
  const { t } = useTranslation();
  const clients = useClients();
  return (
    <PickField
      label={t("commission.client")}
      value={value}
      none={t("commission.chooseClient")}
      options={clients.map(({ tenantId, name }) => [tenantId, name])}
      change={change}
    />
  );
}

const MONTHS_OFFERED = 12;

/** Months that are over, the last first: only those are settled. */
export function MonthField({ value, change }: { value: string; change: (period: string) => void }) {
  const { t } = useTranslation();
  return (
    <Field label={t("commission.month")}>
      {(id) => (
        <select id={id} className="input" value={value} onChange={(event) => change(event.target.value)}>
          {pastMonths().map((one) => (
            <option key={one} value={one}>
              {month(currentTongue(), one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function pastMonths(): string[] {
  const now = new Date();
  return Array.from({ length: MONTHS_OFFERED }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1 - back)).toISOString().slice(0, 7),
  );
}
