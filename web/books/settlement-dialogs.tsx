import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DECISIONS, type Decision } from "../../src/domain/settlement/statement.ts";
import type { SettlementLineView, SettlementView } from "../../src/features/settlement/schema.ts";
import { ChoiceField, TextField } from "../design/fields.tsx";
import { minorOf, newRequestKey } from "../invoicing/deed.ts";
import { DeedDialog, ReasonField } from "../invoicing/dialogs.tsx";
import { money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { useBookDeed } from "./deed.ts";

type Props = { readonly base: string; readonly statement: SettlementView; readonly close: () => void };

/** Ours, theirs or a dispute, with the reason; an agreed statement's dispute can only end. */
export function DecideDialog({ base, statement, lines, close }: Props & { lines: readonly SettlementLineView[] }) {
  const { t } = useTranslation();
  const choices = statement.status === "draft" ? DECISIONS : DECISIONS.filter((one) => one !== "dispute");
  const [decision, setDecision] = useState<Decision>("accept_ours");
  const [reason, setReason] = useState("");
  const deed = useBookDeed(close);
  const [only] = lines;
  return (
    <DeedDialog
      title={
        lines.length === 1 && only !== undefined
          ? t("settlement.decideTitle", { ref: only.ref })
          : t("settlement.decideMany", { n: String(lines.length) })
      }
      note={t("settlement.decideNote")}
      doing={t("settlement.decide")}
      pending={deed.isPending}
      problem={deed.error}
      ready={reason.trim() !== ""}
      close={close}
      submit={() =>
        deed.mutate({
          path: `${base}/decisions`,
          body: {
            statementId: statement.statementId,
            lineIds: lines.map(({ lineId }) => lineId),
            decision,
            reason: reason.trim(),
          },
        })
      }
    >
      <ChoiceField
        label={t("settlement.decide")}
        value={decision}
        values={choices}
        word={(one) => t(`settlement.house.${one}`)}
        change={setDecision}
      />
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}

/** An agreed difference. The key of the opened dialog names it where nobody did, so a repeat is the same one. */
export function AdjustDialog({ base, statement, close }: Props) {
  const { t } = useTranslation();
  const [key] = useState(newRequestKey);
  const [ref, setRef] = useState("");
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const deed = useBookDeed(close);
  const minor = signedMinor(amount, statement.decimals);
  const wrong = amount.trim() !== "" && (minor === null || minor === 0);
  return (
    <DeedDialog
      title={t("settlement.adjustTitle")}
      note={t("settlement.adjustNote")}
      doing={t("settlement.adjust")}
      pending={deed.isPending}
      problem={deed.error}
      ready={minor !== null && minor !== 0 && reason.trim() !== ""}
      close={close}
      submit={() =>
        deed.mutate({
          path: `${base}/adjustments`,
          body: {
            statementId: statement.statementId,
            ref: ref.trim() === "" ? key : ref.trim(),
            amountMinor: minor,
            reason: reason.trim(),
          },
        })
      }
    >
      <TextField label={t("settlement.adjustRef")} required={false} value={ref} change={setRef} />
      <TextField
        decimal
        label={t("settlement.amount")}
        value={amount}
        change={setAmount}
        error={wrong ? t("settlement.wrongAmount") : null}
      />
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}

function signedMinor(text: string, decimals: number): number | null {
  const below = /^\s*[-−－]/.test(text);
  const minor = minorOf(below ? text.replace(/^\s*[-−－]/, "") : text, decimals);
  return minor === null ? null : below ? -minor : minor;
}

export function AgreeDialog({ base, statement, close }: Props) {
  const { t } = useTranslation();
  const deed = useBookDeed(close);
  return (
    <DeedDialog
      title={t("settlement.agree")}
      note={t("settlement.agreeNote", { amount: money(currentTongue(), statement.closingMinor, statement.currency) })}
      doing={t("settlement.agree")}
      pending={deed.isPending}
      problem={deed.error}
      ready
      close={close}
      submit={() =>
        deed.mutate({ path: `${base}/steps`, body: { statementId: statement.statementId, step: "accept" } })
      }
    />
  );
}

export function PaidDialog({ base, statement, close }: Props) {
  const { t } = useTranslation();
  const [paymentRef, setPaymentRef] = useState("");
  const deed = useBookDeed(close);
  const amount = money(currentTongue(), statement.closingMinor, statement.currency);
  return (
    <DeedDialog
      title={t("settlement.pay")}
      note={t("settlement.payNote", { partner: statement.party.name, amount })}
      doing={t("settlement.pay")}
      pending={deed.isPending}
      problem={deed.error}
      ready={paymentRef.trim() !== ""}
      close={close}
      submit={() =>
        deed.mutate({
          path: `${base}/steps`,
          body: { statementId: statement.statementId, step: "settle", paymentRef: paymentRef.trim() },
        })
      }
    >
      <TextField label={t("settlement.paymentRef")} value={paymentRef} change={setPaymentRef} />
    </DeedDialog>
  );
}
