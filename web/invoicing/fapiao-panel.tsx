import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isLocalDate } from "../../src/domain/kernel/calendar-days.ts";
import type { FapiaoView } from "../../src/features/invoicing/schema.ts";
import { DateField } from "../design/date-field.tsx";
import { TextField, tidy } from "../design/fields.tsx";
import { Icon } from "../design/icons.tsx";
import { useDeed } from "./deed.ts";
import { DeedDialog } from "./dialogs.tsx";
import { Panel } from "./document-panels.tsx";

/** The tax authority's documents for this invoice: asked for when it became final, recorded when they came. */
export function FapiaoPanel({ fapiaos, tenantId }: { fapiaos: readonly FapiaoView[]; tenantId: string | null }) {
  const { t } = useTranslation();
  const [recording, record] = useState<string | null>(null);
  if (fapiaos.length === 0) return null;
  return (
    <Panel title={t("invoicing.fapiao")}>
      {fapiaos.map((fapiao) => (
        <div key={fapiao.id} className="stack tight">
          <div className="row">
            <span className="grow">
              {t(`invoicing.fapiaoKind.${fapiao.kind}`)} · {fapiao.title}
            </span>
            <span className={`state-mark tone-${fapiao.state === "issued" ? "ready" : "ringing"}`}>
              <Icon name={fapiao.state === "issued" ? "check" : "clock"} />
              {t(`invoicing.fapiaoState.${fapiao.state}`)}
            </span>
          </div>
          <span className="small quiet mono">{fapiao.number ?? fapiao.taxId}</span>
          {fapiao.state === "requested" && tenantId !== null ? (
            <button type="button" className="button" onClick={() => record(fapiao.id)}>
              <Icon name="pencil" />
              {t("invoicing.recordFapiao")}
            </button>
          ) : null}
          {recording === fapiao.id && tenantId !== null ? (
            <RecordDialog path={`/api/billing/tenants/${tenantId}/fapiaos/${fapiao.id}`} close={() => record(null)} />
          ) : null}
        </div>
      ))}
    </Panel>
  );
}

const NUMBER = /^[0-9]{8}([0-9]{12})?$/;

function RecordDialog({ path, close }: { path: string; close: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const number = tidy(typed);
  const [issuedOn, setIssuedOn] = useState(() => new Date().toISOString().slice(0, 10));
  const deed = useDeed(close);
  const wrong = number !== "" && !NUMBER.test(number);
  return (
    <DeedDialog
      title={t("invoicing.recordFapiao")}
      doing={t("invoicing.save")}
      pending={deed.isPending}
      problem={deed.error}
      ready={NUMBER.test(number) && isLocalDate(issuedOn)}
      close={close}
      submit={() => deed.mutate({ method: "PUT", path, body: { number, issuedOn } })}
    >
      <TextField
        label={t("invoicing.fapiaoNumber")}
        hint={t("invoicing.fapiaoHint")}
        error={wrong ? t("invoicing.fapiaoHint") : null}
        value={typed}
        change={setTyped}
      />
      <DateField label={t("invoicing.issuedOn")} value={issuedOn} change={setIssuedOn} />
    </DeedDialog>
  );
}
