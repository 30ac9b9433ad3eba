import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClientDocument, DisputeView } from "../../src/features/invoicing/schema.ts";
import { AskLoss } from "../design/ask.tsx";
import { Icon, type IconName } from "../design/icons.tsx";
import { Field } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { dateTime, money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { leftOfLines } from "./credit-dialogs.tsx";
import { majorOf, minorOf, useDeed } from "./deed.ts";
import { AmountField, DeedDialog, ReasonField } from "./dialogs.tsx";
import { Panel } from "./document-panels.tsx";

const LOOK: Record<DisputeView["state"], readonly [IconName, string]> = {
  open: ["triangle", "alarm"],
  accepted: ["check", "ready"],
  rejected: ["cross", "idle"],
  withdrawn: ["exit", "idle"],
};

export function DisputeState({ state }: { state: DisputeView["state"] }) {
  const { t } = useTranslation();
  const [icon, tone] = LOOK[state];
  return (
    <span className={`state-mark tone-${tone}`}>
      <Icon name={icon} />
      {t(`invoicing.disputeState.${state}`)}
    </span>
  );
}

type PanelProps = { readonly document: ClientDocument; readonly side: "house" | "client" };

/** The lines the client does not agree with. The client opens and withdraws, the house decides. */
export function DisputesPanel({ document, side }: PanelProps) {
  const { t } = useTranslation();
  const [opening, setOpening] = useState(false);
  const { invoice, disputes } = document;
  const mayOpen = side === "client" && invoice.status === "finalized" && disputable(document).length > 0;
  if (disputes.length === 0 && !mayOpen) return null;
  return (
    <Panel title={t("invoicing.disputes")}>
      {disputes.map((dispute) => (
        <Dispute key={dispute.id} dispute={dispute} side={side} decimals={invoice.decimals} />
      ))}
      {mayOpen ? (
        <button type="button" className="button" onClick={() => setOpening(true)}>
          <Icon name="triangle" />
          {t("invoicing.dispute")}
        </button>
      ) : null}
      {opening ? <OpenDialog document={document} close={() => setOpening(false)} /> : null}
    </Panel>
  );
}

function Dispute({ dispute, side, decimals }: { dispute: DisputeView; side: "house" | "client"; decimals: number }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const [deciding, setDeciding] = useState<"accept" | "reject" | null>(null);
  return (
    <div className="stack tight">
      <div className="row">
        <strong className="grow">{dispute.label[tongue]}</strong>
        <DisputeState state={dispute.state} />
      </div>
      <span>
        {money(tongue, dispute.claimedMinor, dispute.currency)} · {dispute.reason}
      </span>
      <span className="small quiet">{dateTime(tongue, dispute.openedAt)}</span>
      {dispute.decision === null ? null : (
        <span className="small">
          {t("invoicing.decision")} {dispute.decision}
        </span>
      )}
      {dispute.state !== "open" ? null : side === "client" ? (
        <Withdraw dispute={dispute} />
      ) : (
        <div className="row wrap">
          <button type="button" className="button" onClick={() => setDeciding("accept")}>
            {t("invoicing.accept")}
          </button>
          <button type="button" className="button" onClick={() => setDeciding("reject")}>
            {t("invoicing.reject")}
          </button>
        </div>
      )}
      {deciding === null ? null : (
        <VerdictDialog what={deciding} dispute={dispute} decimals={decimals} close={() => setDeciding(null)} />
      )}
    </div>
  );
}

/** Asked twice: whoever disputes the line once more writes it all again. */
function Withdraw({ dispute }: { dispute: DisputeView }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const [asking, setAsking] = useState(false);
  const withdraw = useDeed();
  const close = () => setAsking(false);
  const says = `${money(tongue, dispute.claimedMinor, dispute.currency)} · ${dispute.reason}`;
  return (
    <>
      <button type="button" className="button" disabled={withdraw.isPending} onClick={() => setAsking(true)}>
        {t("invoicing.withdraw")}
      </button>
      {withdraw.isError ? (
        <span role="alert" className="state-mark tone-alarm small">
          <Icon name="triangle" />
          {troubleText(withdraw.error)}
        </span>
      ) : null}
      {asking ? (
        <AskLoss
          title={t("invoicing.withdrawTitle")}
          note={t("invoicing.withdrawNote")}
          losses={[{ key: dispute.id, name: dispute.label[tongue], says }]}
          close={close}
          deed={t("invoicing.withdraw")}
          act={() => {
            close();
            withdraw.mutate({ method: "DELETE", path: `/api/portal/disputes/${dispute.id}` });
          }}
        />
      ) : null}
    </>
  );
}

type VerdictProps = {
  readonly what: "accept" | "reject";
  readonly dispute: DisputeView;
  readonly decimals: number;
  readonly close: () => void;
};

/** Accepting credits the claim or a part of it; rejecting says why. The client reads the words. */
function VerdictDialog({ what, dispute, decimals, close }: VerdictProps) {
  const { t } = useTranslation();
  const [decision, setDecision] = useState("");
  const [amount, setAmount] = useState("");
  const deed = useDeed(close);
  const minor = amount.trim() === "" ? dispute.claimedMinor : minorOf(amount, decimals);
  const wrong = what === "accept" && (minor === null || minor === 0 || minor > dispute.claimedMinor);
  const body =
    what === "reject" ? { what, decision: decision.trim() } : { what, decision: decision.trim(), creditMinor: minor };
  return (
    <DeedDialog
      title={t(`invoicing.${what}`)}
      note={t(`invoicing.${what}Note`)}
      doing={t(`invoicing.${what}`)}
      pending={deed.isPending}
      problem={deed.error}
      ready={decision.trim() !== "" && !wrong}
      close={close}
      submit={() =>
        deed.mutate({ path: `/api/billing/tenants/${dispute.tenantId}/disputes/${dispute.id}/decision`, body })
      }
    >
      {what === "reject" ? null : (
        <AmountField
          label={t("invoicing.creditAmount")}
          hint={t("invoicing.allClaimed", { amount: money(currentTongue(), dispute.claimedMinor, dispute.currency) })}
          error={wrong ? t("invoicing.notAnAmount", { most: majorOf(dispute.claimedMinor, decimals) }) : null}
          value={amount}
          change={setAmount}
        />
      )}
      <ReasonField value={decision} change={setDecision} />
    </DeedDialog>
  );
}

/** Lines of which something is left and that are not in dispute yet. */
function disputable(document: ClientDocument) {
  const waiting = new Set(document.disputes.filter(({ state }) => state === "open").map(({ lineId }) => lineId));
  const left = leftOfLines(document);
  return document.invoice.items.filter((line) => (left.get(line.id) ?? 0) > 0 && !waiting.has(line.id));
}

/** One line at a time: only that line's payment waits. */
function OpenDialog({ document, close }: { document: ClientDocument; close: () => void }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { invoice } = document;
  const left = leftOfLines(document);
  const lines = disputable(document);
  const [lineId, setLineId] = useState(lines[0]?.id ?? "");
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const deed = useDeed(close);
  const most = left.get(lineId) ?? 0;
  const minor = amount.trim() === "" ? null : minorOf(amount, invoice.decimals);
  const wrong = amount.trim() !== "" && (minor === null || minor === 0 || minor > most);
  return (
    <DeedDialog
      title={t("invoicing.dispute")}
      note={t("invoicing.disputeNote")}
      doing={t("invoicing.disputeNow")}
      pending={deed.isPending}
      problem={deed.error}
      ready={reason.trim() !== "" && lineId !== "" && !wrong}
      close={close}
      submit={() =>
        deed.mutate({
          path: `/api/portal/invoices/${invoice.id}/disputes`,
          body: { lineId, reason: reason.trim(), claimedMinor: minor },
        })
      }
    >
      <Field label={t("billing.line")}>
        {(id) => (
          <select id={id} className="input" value={lineId} onChange={(event) => setLineId(event.target.value)}>
            {lines.map((line) => (
              <option key={line.id} value={line.id}>
                {line.label[tongue]} · {money(tongue, left.get(line.id) ?? 0, invoice.currency)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <AmountField
        label={t("invoicing.claim")}
        hint={t("invoicing.wholeLine", { amount: money(tongue, most, invoice.currency) })}
        error={wrong ? t("invoicing.notAnAmount", { most: majorOf(most, invoice.decimals) }) : null}
        value={amount}
        change={setAmount}
      />
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}
