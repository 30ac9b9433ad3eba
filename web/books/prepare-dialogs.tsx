import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PartyView, SettlementView } from "../../src/features/settlement/schema.ts";
import { read } from "../api/http.ts";
import { ChoiceField } from "../design/fields.tsx";
import { DeedDialog } from "../invoicing/dialogs.tsx";
import { ClientField, MonthField, pastMonths } from "./clients.tsx";
import { useBookDeed } from "./deed.ts";

type CommissionProps = { readonly close: () => void; readonly done: (prepared: number) => void };

/** A client's month of commission; done again it takes in what is new. */
export function PrepareCommission({ close, done }: CommissionProps) {
  const { t } = useTranslation();
  const [tenantId, setTenantId] = useState("");
  const [period, setPeriod] = useState(() => pastMonths()[0] ?? "");
  const deed = useBookDeed<{ prepared: number }>(({ prepared }) => done(prepared));
  return (
    <DeedDialog
      title={t("commission.prepare")}
      note={t("commission.prepareNote")}
      doing={t("commission.prepare")}
      pending={deed.isPending}
      problem={deed.error}
      ready={tenantId !== "" && period !== ""}
      close={close}
      submit={() => deed.mutate({ path: `/api/billing/tenants/${tenantId}/commission/statements`, body: { period } })}
    >
      <ClientField value={tenantId} change={setTenantId} />
      <MonthField value={period} change={setPeriod} />
    </DeedDialog>
  );
}

export function usePartners(tenantId: string) {
  return useQuery({
    queryKey: ["books", "partners", tenantId],
    enabled: tenantId !== "",
    queryFn: ({ signal }) =>
      read<{ items: readonly PartyView[] }>(`/api/billing/tenants/${tenantId}/settlement/parties`, signal),
  });
}

type SettlementProps = { readonly close: () => void; readonly done: (statement: SettlementView) => void };

/** Our side of a partner's month. */
export function PrepareSettlement({ close, done }: SettlementProps) {
  const { t } = useTranslation();
  const [tenantId, setTenantId] = useState("");
  const [chosen, setChosen] = useState("");
  const [period, setPeriod] = useState(() => pastMonths()[0] ?? "");
  const deed = useBookDeed<SettlementView>(done);
  const partners = usePartners(tenantId).data?.items ?? [];
  const partyId = partners.some((one) => one.partyId === chosen) ? chosen : (partners[0]?.partyId ?? "");
  const nameOf = (id: string) => partners.find((one) => one.partyId === id)?.name ?? "";
  return (
    <DeedDialog
      title={t("settlement.prepare")}
      note={t("settlement.prepareNote")}
      doing={t("settlement.prepare")}
      pending={deed.isPending}
      problem={deed.error}
      ready={partyId !== "" && period !== ""}
      close={close}
      submit={() =>
        deed.mutate({
          path: `/api/billing/tenants/${tenantId}/settlement/statements`,
          body: { partyId, period },
        })
      }
    >
      <ClientField value={tenantId} change={setTenantId} />
      <ChoiceField
        label={t("books.partner")}
        value={partyId}
        values={partners.map((one) => one.partyId)}
        word={nameOf}
        change={setChosen}
        error={tenantId !== "" && partners.length === 0 ? t("settlement.noPartners") : null}
      />
      <MonthField value={period} change={setPeriod} />
    </DeedDialog>
  );
}
