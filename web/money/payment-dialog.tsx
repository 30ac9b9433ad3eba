import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { PaymentDetail, PaymentView } from "../../src/features/payments/schema.ts";
import { read } from "../api/http.ts";
import { PickField } from "../design/fields.tsx";
import { Icon } from "../design/icons.tsx";
import { Dialog, Skeleton, Trouble } from "../design/parts.tsx";
import { majorOf, minorOf, newRequestKey, useDeed } from "../invoicing/deed.ts";
import { AmountField, DeedDialog, ReasonField } from "../invoicing/dialogs.tsx";
import { filled } from "../words/contracts.ts";
import { calendarDay, money } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { useOpenInvoices } from "./bank-lines.tsx";

type Props = { readonly payment: PaymentView; readonly close: () => void };
type Asked = "refund" | "allocate";

/** One payment: what it pays, what of it was given back, and the two things that can be done with the rest. */
export function PaymentDialog({ payment, close }: Props) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  const [asked, ask] = useState<Asked | null>(null);
  const path = `/api/billing/tenants/${payment.tenantId}/payments/${payment.id}`;
  const detail = useQuery({
    queryKey: ["billing", "payment", payment.id],
    queryFn: ({ signal }) => read<PaymentDetail>(path, signal),
  });
  const back = (): void => ask(null);
  if (detail.isSuccess && asked === "refund") return <RefundDialog payment={detail.data} path={path} close={back} />;
  if (detail.isSuccess && asked === "allocate") {
    return <AllocateDialog payment={detail.data} path={path} close={back} />;
  }
  return (
    <Dialog title={`${words.detail} · ${payment.tenantName}`} close={close}>
      <div className="stack deed-form">
        <p>
          <strong className="amount">{money(tongue, payment.amountMinor, payment.currency)}</strong> ·{" "}
          {words.method[payment.method]} · {calendarDay(tongue, payment.receivedOn)}
          <br />
          <span className="quiet">{[payment.payer, payment.reference].filter((it) => it !== "").join(" · ")}</span>
        </p>
        {detail.isPending ? (
          <Skeleton lines={3} height={18} />
        ) : detail.isError ? (
          <Trouble problem={detail.error} retry={() => void detail.refetch()} />
        ) : (
          <Detail payment={detail.data} ask={ask} />
        )}
      </div>
    </Dialog>
  );
}

function Detail({ payment, ask }: { payment: PaymentDetail; ask: (what: Asked) => void }) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  const amount = (minor: number): string => money(tongue, minor, payment.currency);
  const left = refundable(payment);
  return (
    <>
      {payment.feeMinor === null ? null : (
        <p className="small quiet">
          {words.fee} {amount(payment.feeMinor)}
        </p>
      )}
      <h3>{words.pays}</h3>
      {payment.allocations.length === 0 ? <p className="quiet">{words.paysNone}</p> : null}
      {payment.allocations.map((it) => (
        <div key={it.invoiceId} className="row">
          <Link
            to="/billing/$tenantId/invoices/$invoiceId"
            params={{ tenantId: payment.tenantId, invoiceId: it.invoiceId }}
            className="grow"
          >
            {it.number}
          </Link>
          <span className="amount">{amount(it.amountMinor)}</span>
        </div>
      ))}
      {payment.refunds.length === 0 ? null : <h3>{words.refunds}</h3>}
      {payment.refunds.map((it) => (
        <div key={it.id} className="row">
          <span className="grow">
            {it.reason} <span className="small quiet">{words.refundState[it.state]}</span>
          </span>
          <span className="amount">{amount(-it.amountMinor)}</span>
        </div>
      ))}
      <div className="row wrap">
        {payment.unallocatedMinor > 0 ? (
          <button type="button" className="button" onClick={() => ask("allocate")}>
            <Icon name="check" />
            {words.allocate}
          </button>
        ) : null}
        {left > 0 ? (
          <button type="button" className="button" onClick={() => ask("refund")}>
            <Icon name="exit" />
            {words.refund}
          </button>
        ) : null}
      </div>
    </>
  );
}

/** What was not given back yet, nor is on its way back. */
function refundable({ amountMinor, refunds }: PaymentDetail): number {
  const back = refunds.filter(({ state }) => state !== "failed").reduce((sum, it) => sum + it.amountMinor, 0);
  return amountMinor - back;
}

type DeedProps = { readonly payment: PaymentDetail; readonly path: string; readonly close: () => void };

/** The amount is typed, and the button names it once more: money that is gone is gone. */
function RefundDialog({ payment, path, close }: DeedProps) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  const [requestKey] = useState(newRequestKey);
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const deed = useDeed(close);
  const left = refundable(payment);
  const most = money(tongue, left, payment.currency);
  const minor = minorOf(typed, payment.decimals);
  const wrong = typed.trim() !== "" && (minor === null || minor === 0 || minor > left);
  const named = minor === null || wrong ? "" : money(tongue, minor, payment.currency);
  return (
    <DeedDialog
      title={words.refund}
      note={filled(words.refundNote, { client: payment.tenantName })}
      doing={filled(words.refundNow, { amount: named }).trim()}
      pending={deed.isPending}
      problem={deed.error}
      ready={minor !== null && minor > 0 && !wrong && reason.trim() !== ""}
      close={close}
      submit={() =>
        deed.mutate({ path: `${path}/refunds`, body: { requestKey, amountMinor: minor, reason: reason.trim() } })
      }
    >
      <AmountField
        label={filled(words.refundAmount, { most })}
        hint={payment.currency}
        required
        error={wrong ? filled(words.badAmount, { most: majorOf(left, payment.decimals) }) : null}
        value={typed}
        change={setTyped}
      />
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}

function AllocateDialog({ payment, path, close }: DeedProps) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  const [requestKey] = useState(newRequestKey);
  const [invoiceId, setInvoice] = useState("");
  const deed = useDeed(close);
  const open = useOpenInvoices(payment.tenantId);
  const rows = (open.data?.items ?? []).filter((it) => it.currency === payment.currency);
  const chosen = rows.find((it) => it.invoiceId === invoiceId);
  const amountMinor = Math.min(payment.unallocatedMinor, chosen?.openMinor ?? 0);
  return (
    <DeedDialog
      title={words.allocate}
      note={filled(words.allocateNote, { amount: money(tongue, payment.unallocatedMinor, payment.currency) })}
      doing={words.allocateNow}
      pending={deed.isPending}
      problem={deed.error ?? open.error}
      ready={amountMinor > 0}
      close={close}
      submit={() => deed.mutate({ path: `${path}/allocations`, body: { requestKey, invoiceId, amountMinor } })}
    >
      <PickField
        label={words.invoices}
        value={invoiceId}
        none={rows.length === 0 && open.isSuccess ? words.none : words.pickClient}
        options={rows.map((it) => [it.invoiceId, `${it.number} · ${money(tongue, it.openMinor, it.currency)}`])}
        change={setInvoice}
      />
    </DeedDialog>
  );
}
