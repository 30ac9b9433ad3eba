import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FapiaoView } from "../../src/features/invoicing/schema.ts";
import { Icon } from "../design/icons.tsx";
import { Field } from "../design/parts.tsx";
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
  const [number, setNumber] = useState("");
  const [issuedOn, setIssuedOn] = useState(() => new Date().toISOString().slice(0, 10));
  const deed = useDeed(close);
  const wrong = number !== "" && !NUMBER.test(number);
  return (
    <DeedDialog
      title={t("invoicing.recordFapiao")}
      doing={t("invoicing.save")}
      pending={deed.isPending}
      problem={deed.error}
      ready={NUMBER.test(number) && issuedOn !== ""}
      close={close}
      submit={() => deed.mutate({ method: "PUT", path, body: { number, issuedOn } })}
    >
      <Field
        label={t("invoicing.fapiaoNumber")}
        hint={t("invoicing.fapiaoHint")}
        error={wrong ? t("invoicing.fapiaoHint") : null}
      >
        {(id, describedBy) => (
          <input
            id={id}
            className="input"
            inputMode="numeric"
            autoComplete="off"
            value={number}
            aria-invalid={wrong}
            aria-describedby={describedBy}
            onChange={(event) => setNumber(event.target.value.trim())}
          />
        )}
      </Field>
      <Field label={t("invoicing.issuedOn")}>
        {(id) => (
          <input
            id={id}
            className="input"
            type="date"
            value={issuedOn}
            onChange={(event) => setIssuedOn(event.target.value)}
          />
        )}
      </Field>
    </DeedDialog>
  );
}
