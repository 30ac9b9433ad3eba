import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { Dialog, Field, troubleText } from "../design/parts.tsx";

type FormProps = {
  readonly title: string;
  readonly note?: string;
  readonly doing: string;
  readonly pending: boolean;
  readonly problem: unknown;
  readonly ready: boolean;
  readonly close: () => void;
  readonly submit: () => void;
  readonly children?: ReactNode;
};

/** A deed that needs words or figures first: what it does, its fields, what went wrong, and the deed by its name. */
export function DeedDialog(props: FormProps) {
  const { t } = useTranslation();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (props.ready && !props.pending) props.submit();
  };
  return (
    <Dialog title={props.title} close={props.close}>
      <form className="stack deed-form" onSubmit={submit}>
        {props.note === undefined ? null : <p className="quiet">{props.note}</p>}
        {props.children}
        {props.problem === null || props.problem === undefined ? null : (
          <p className="field-error" role="alert">
            <Icon name="triangle" />
            {troubleText(props.problem, t("trouble.unreachable"))}
          </p>
        )}
        <div className="row">
          <span className="grow" />
          <button type="button" className="button" onClick={props.close}>
            {t("invoicing.cancel")}
          </button>
          <button type="submit" className="button primary" disabled={!props.ready || props.pending}>
            {props.doing}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export const REASON_LENGTH_MAX = 1_000;

export function ReasonField({ value, change }: { value: string; change: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <Field label={t("invoicing.reason")} hint={t("invoicing.reasonHint")}>
      {(id, describedBy) => (
        <textarea
          id={id}
          className="input"
          rows={3}
          maxLength={REASON_LENGTH_MAX}
          required
          value={value}
          aria-describedby={describedBy}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

/** An amount in the invoice's currency, at most `mostMinor`; empty means all of it. */
export function AmountField(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly error: string | null;
  readonly change: (text: string) => void;
}) {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(id, describedBy) => (
        <input
          id={id}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          value={props.value}
          aria-invalid={props.error !== null}
          aria-describedby={describedBy}
          onChange={(event) => props.change(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A deed that asks only why. */
export function ReasonDialog(
  props: Omit<FormProps, "ready" | "submit"> & { readonly submit: (reason: string) => void },
) {
  const [reason, setReason] = useState("");
  return (
    <DeedDialog {...props} ready={reason.trim() !== ""} submit={() => props.submit(reason.trim())}>
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}
