import { type FormEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskLoss, type Loss } from "../design/ask.tsx";
import { Icon } from "../design/icons.tsx";
import { Dialog, Field } from "../design/parts.tsx";
import { troubleText, useTextFault } from "../design/said.ts";
import { Tried } from "../design/tried.ts";
import { type FirstValues, noteFirst, typedIn } from "../design/typed.ts";
import { useUnsaved } from "../design/unsaved.tsx";

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

/**
 * A deed that needs words or figures first: what it does, its fields, what went wrong, and the deed by its name. Sent before it
 * is ready, it says at each field what is missing and puts the writer at the first.
 */
export function DeedDialog(props: FormProps) {
  const { t } = useTranslation();
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const wrong = (): HTMLElement | null => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? null;
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries]);
  const unsent = useUnsent(form, props.pending, props.close);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (props.pending) return;
    if (props.ready && wrong() === null) props.submit();
    else setTries(tries + 1);
  };
  return (
    <Dialog title={props.title} close={props.close} stays={unsent.stays}>
      <form ref={form} className="stack deed-form" onSubmit={submit} noValidate>
        {props.note === undefined ? null : <p className="quiet">{props.note}</p>}
        <Tried value={tries > 0}>{props.children}</Tried>
        {tries > 0 && !props.ready ? (
          <p className="field-error" role="alert">
            <Icon name="triangle" />
            {t("trouble.incomplete")}
          </p>
        ) : null}
        {props.problem === null || props.problem === undefined ? null : (
          <p className="field-error" role="alert">
            <Icon name="triangle" />
            {troubleText(props.problem)}
          </p>
        )}
        <div className="row">
          <span className="grow" />
          <button type="button" className="button" onClick={() => unsent.stays() || props.close()}>
            {t("invoicing.cancel")}
          </button>
          <button type="submit" className="button primary" disabled={props.pending}>
            {props.doing}
          </button>
        </div>
      </form>
      {unsent.question}
    </Dialog>
  );
}

/** What was typed and not sent is asked about before the form is closed or the page is left. */
function useUnsent(form: RefObject<HTMLFormElement | null>, pending: boolean, close: () => void) {
  const { t } = useTranslation();
  const first = useRef<FirstValues>(new WeakMap());
  const [asked, setAsked] = useState<readonly Loss[] | null>(null);
  // After every showing: fields come and go with what is chosen in others.
  useEffect(() => {
    if (form.current !== null) noteFirst(form.current, first.current);
  });
  const losses = () => (form.current === null || pending ? [] : typedIn(form.current, first.current));
  const leaving = useUnsaved(losses);
  const stays = (): boolean => {
    const typed = losses();
    if (typed.length > 0) setAsked(typed);
    return typed.length > 0;
  };
  const keep = () => setAsked(null);
  const question = (
    <>
      {leaving}
      {asked === null ? null : (
        <AskLoss
          title={t("loss.close")}
          note={t("loss.closeNote")}
          losses={asked}
          close={keep}
          keep={t("loss.write")}
          deed={t("loss.throwAway")}
          act={close}
        />
      )}
    </>
  );
  return { stays, question };
}

const REASON_LENGTH_MAX = 1_000;
const AMOUNT_LENGTH_MAX = 30;

export function ReasonField({ value, change }: { value: string; change: (text: string) => void }) {
  const { t } = useTranslation();
  const error = useTextFault(value, REASON_LENGTH_MAX, true);
  return (
    <Field label={t("invoicing.reason")} hint={t("invoicing.reasonHint")} error={error}>
      {(id, describedBy) => (
        <textarea
          id={id}
          className="input"
          rows={3}
          required
          value={value}
          aria-invalid={error !== null}
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
  readonly required?: boolean;
  readonly change: (text: string) => void;
}) {
  const missing = useTextFault(props.value, AMOUNT_LENGTH_MAX, props.required === true);
  const error = props.error ?? missing;
  return (
    <Field label={props.label} hint={props.hint} error={error}>
      {(id, describedBy) => (
        <input
          id={id}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          value={props.value}
          aria-invalid={error !== null}
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
