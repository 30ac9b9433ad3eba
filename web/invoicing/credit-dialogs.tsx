import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClientDocument, InvoiceDocument } from "../../src/features/invoicing/schema.ts";
import { Icon } from "../design/icons.tsx";
import { Field } from "../design/parts.tsx";
import { useTried } from "../design/tried.ts";
import { money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { majorOf, minorOf, newRequestKey, useDeed } from "./deed.ts";
import { AmountField, DeedDialog, ReasonField } from "./dialogs.tsx";

type Props = { readonly document: InvoiceDocument; readonly path: string; readonly close: () => void };

const KINDS = ["goodwill", "correction", "cancellation"] as const;
type Kind = (typeof KINDS)[number];

/** Part of some lines, or all of the invoice: what is left of each line stands beside its field. */
export function CreditDialog({ document, path, close }: Props) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { invoice } = document;
  const [key] = useState(newRequestKey);
  const [kind, setKind] = useState<Kind>("goodwill");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const deed = useDeed(close);
  const left = leftOfLines(document);
  const open = invoice.items.filter((line) => (left.get(line.id) ?? 0) > 0);
  const amounts = open.flatMap((line) => {
    const text = (typed[line.id] ?? "").trim();
    return text === "" ? [] : [{ lineId: line.id, netMinor: minorOf(text, invoice.decimals) }];
  });
  const wrong = (lineId: string): boolean => {
    const netMinor = amounts.find((it) => it.lineId === lineId)?.netMinor;
    return netMinor !== undefined && (netMinor === null || netMinor === 0 || netMinor > (left.get(lineId) ?? 0));
  };
  const whole = kind === "cancellation";
  const ready = reason.trim() !== "" && (whole || (amounts.length > 0 && !amounts.some((it) => wrong(it.lineId))));
  return (
    <DeedDialog
      title={t("invoicing.credit")}
      note={`${t("invoicing.creditNote")} ${t("invoicing.secondPerson")}`}
      doing={t(whole ? "invoicing.cancelInvoice" : "invoicing.creditNow")}
      pending={deed.isPending}
      problem={deed.error}
      ready={ready}
      close={close}
      submit={() =>
        deed.mutate({
          path: `${path}/credit-notes`,
          body: { kind, reason: reason.trim(), lines: whole ? null : amounts, requestKey: key },
        })
      }
    >
      <KindField kind={kind} choose={setKind} />
      {whole
        ? null
        : open.map((line) => (
            <AmountField
              key={line.id}
              label={line.label[tongue]}
              hint={t("invoicing.left", { amount: money(tongue, left.get(line.id) ?? 0, invoice.currency) })}
              error={
                wrong(line.id)
                  ? t("invoicing.notAnAmount", { most: majorOf(left.get(line.id) ?? 0, invoice.decimals) })
                  : null
              }
              value={typed[line.id] ?? ""}
              change={(text) => setTyped({ ...typed, [line.id]: text })}
            />
          ))}
      {whole ? null : (
        <CreditSum
          none={amounts.length === 0}
          minor={amounts.reduce((sum, it) => sum + (it.netMinor ?? 0), 0)}
          currency={invoice.currency}
        />
      )}
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}

function KindField({ kind, choose }: { readonly kind: Kind; readonly choose: (kind: Kind) => void }) {
  const { t } = useTranslation();
  return (
    <Field label={t("invoicing.kind")}>
      {(id) => (
        <select id={id} className="input" value={kind} onChange={(event) => choose(event.target.value as Kind)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`invoicing.creditKind.${one}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What the note comes to while it is typed; that it comes to nothing is said once somebody tried to send it. */
function CreditSum({
  none,
  minor,
  currency,
}: {
  readonly none: boolean;
  readonly minor: number;
  readonly currency: string;
}) {
  const { t } = useTranslation();
  const tried = useTried();
  if (minor > 0)
    return <p className="quiet">{t("invoicing.creditSum", { amount: money(currentTongue(), minor, currency) })}</p>;
  return tried && none ? (
    <p className="field-error" role="alert">
      <Icon name="triangle" />
      {t("invoicing.creditNothing")}
    </p>
  ) : null;
}

/** Net of each line less what notes have credited of it. */
export function leftOfLines({
  invoice,
  creditNotes,
}: Pick<ClientDocument, "invoice" | "creditNotes">): ReadonlyMap<string, number> {
  const left = new Map(invoice.items.map((line) => [line.id, line.amountMinor]));
  for (const { lines } of creditNotes) {
    for (const { lineId, netMinor } of lines) left.set(lineId, (left.get(lineId) ?? 0) - netMinor);
  }
  return left;
}

export function WriteOffDialog({ document, path, close }: Props) {
  const { t } = useTranslation();
  const { invoice, openMinor } = document;
  const [key] = useState(newRequestKey);
  const [reason, setReason] = useState("");
  const [amount, setAmount] = useState("");
  const deed = useDeed(close);
  const minor = amount.trim() === "" ? openMinor : minorOf(amount, invoice.decimals);
  const wrong = minor === null || minor === 0 || minor > openMinor;
  return (
    <DeedDialog
      title={t("invoicing.writeOff")}
      note={`${t("invoicing.writeOffNote")} ${t("invoicing.secondPerson")}`}
      doing={t("invoicing.writeOffNow")}
      pending={deed.isPending}
      problem={deed.error}
      ready={reason.trim() !== "" && !wrong}
      close={close}
      submit={() =>
        deed.mutate({
          path: `${path}/write-offs`,
          body: { amountMinor: minor, reason: reason.trim(), requestKey: key },
        })
      }
    >
      <AmountField
        label={t("billing.amount")}
        hint={t("invoicing.allOpen", { amount: money(currentTongue(), openMinor, invoice.currency) })}
        error={wrong ? t("invoicing.notAnAmount", { most: majorOf(openMinor, invoice.decimals) }) : null}
        value={amount}
        change={setAmount}
      />
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}
