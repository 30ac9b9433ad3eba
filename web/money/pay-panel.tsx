import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ClientDocument } from "../../src/features/invoicing/schema.ts";
import { Icon } from "../design/icons.tsx";
import { troubleText } from "../design/said.ts";
import { useDeed } from "../invoicing/deed.ts";
import { Panel } from "../invoicing/document-panels.tsx";
import { filled } from "../words/contracts.ts";
import { calendarDay, money } from "../words/format.ts";
import { ownMoneyWords } from "../words/own-money.ts";
import { currentTongue } from "../words/words.ts";
import { beganPaying, beginPaying, QUIET_AFTER_MS } from "./paying.ts";

type PayPage = { readonly requestId: string; readonly payUrl: string; readonly amountMinor: number };
type Props = { readonly document: ClientDocument };

/** What a final invoice still lacks and how it is paid: by card on the provider's page, or by transfer. */
export function PayPanel({ document }: Props) {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).pay;
  const { invoice, openMinor } = document;
  if (invoice.number === null || invoice.status !== "finalized") return null;
  const amount = money(tongue, openMinor, invoice.currency);
  return (
    <Panel title={words.title}>
      {openMinor > 0 ? (
        <>
          <div className="sum strong">
            <span>{words.open}</span>
            <span className="amount">{amount}</span>
          </div>
          <DueDay dueOn={invoice.dueOn} />
          <Disputed document={document} />
          <PayByCard document={document} amount={amount} />
          <Transfer document={document} />
        </>
      ) : (
        <Settled invoiceId={invoice.id} />
      )}
    </Panel>
  );
}

function DueDay({ dueOn }: { dueOn: string | null }) {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).pay;
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  if (dueOn === null) return null;
  const day = calendarDay(tongue, dueOn);
  if (dueOn < today) {
    return (
      <span className="state-mark tone-alarm">
        <Icon name="triangle" />
        {filled(words.overdue, { day })}
      </span>
    );
  }
  return (
    <span className="quiet">
      {words.due} {day}
    </span>
  );
}

/** A line in dispute need not be paid, but a payment page asks for all that is open: that is said before it opens. */
function Disputed({ document: { disputes, invoice } }: Props) {
  const tongue = currentTongue();
  const minor = disputes.filter(({ state }) => state === "open").reduce((sum, it) => sum + it.claimedMinor, 0);
  if (minor === 0) return null;
  const amount = money(tongue, minor, invoice.currency);
  return <p className="small quiet">{filled(ownMoneyWords(tongue).pay.disputed, { amount })}</p>;
}

function PayByCard({ document: { invoice, openMinor }, amount }: Props & { amount: string }) {
  const words = ownMoneyWords(currentTongue()).pay;
  const [begun, setBegun] = useState(() => beganPaying(invoice.id));
  const page = useDeed<PayPage>();
  const queries = useQueryClient();
  const open = (): void =>
    page.mutate(
      { path: `/api/portal/invoices/${invoice.id}/payment-requests` },
      {
        onSuccess: ({ payUrl }) => {
          setBegun(beginPaying(invoice.id, openMinor));
          // The invoice is read again by a page that knows it waits: from here on it looks for the money by itself.
          void queries.invalidateQueries({ queryKey: ["portal", "document"] });
          // Where a browser holds the window back, the link below opens it.
          const opened = window.open(payUrl, "_blank");
          if (opened !== null) opened.opener = null;
        },
      },
    );
  return (
    <>
      <button type="button" className="button primary" disabled={page.isPending} onClick={open}>
        <Icon name="receipt" />
        {page.isPending ? words.opening : filled(words.byCard, { amount })}
      </button>
      {page.isSuccess ? (
        <a href={page.data.payUrl} target="_blank" rel="noreferrer">
          {words.again}
        </a>
      ) : (
        <p className="small quiet">{words.note}</p>
      )}
      {page.isError ? (
        <p className="field-error" role="alert">
          <Icon name="triangle" />
          {troubleText(page.error)}
        </p>
      ) : null}
      {begun === null ? null : (
        <Waiting
          atMs={begun.atMs}
          paidMinor={begun.openMinor - openMinor}
          openMinor={openMinor}
          of={invoice.currency}
        />
      )}
    </>
  );
}

type WaitingProps = {
  readonly atMs: number;
  readonly paidMinor: number;
  readonly openMinor: number;
  readonly of: string;
};

/** After the payment page was opened: still waiting, quiet for long, or part of it has come. */
function Waiting({ atMs, paidMinor, openMinor, of }: WaitingProps) {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).pay;
  const [isQuiet, setQuiet] = useState(() => Date.now() - atMs > QUIET_AFTER_MS);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(true), Math.max(0, atMs + QUIET_AFTER_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [atMs]);
  const part = { amount: money(tongue, paidMinor, of), left: money(tongue, openMinor, of) };
  const text = paidMinor > 0 ? filled(words.part, part) : isQuiet ? words.quiet : words.waiting;
  return (
    <p role="status" className="state-mark tone-ringing small">
      <Icon name="clock" />
      {text}
    </p>
  );
}

function Settled({ invoiceId }: { invoiceId: string }) {
  const words = ownMoneyWords(currentTongue()).pay;
  const [begun] = useState(() => beganPaying(invoiceId));
  return (
    <p role="status" className="state-mark tone-ready">
      <Icon name="check" />
      {begun === null ? words.settled : words.paid}
    </p>
  );
}

/** The accounts that stand on the paper, and the reference by which the house finds whose money it is. */
function Transfer({ document: { seller, invoice } }: Props) {
  const words = ownMoneyWords(currentTongue()).pay;
  const banks = seller?.banks ?? [];
  if (banks.length === 0) return null;
  return (
    <details>
      <summary>{words.transfer}</summary>
      {banks.map((bank) => (
        <dl key={bank.account} className="paper-facts">
          {(["holder", "bank", "account"] as const).map((name) => (
            <div key={name}>
              <dt>{words[name]}</dt>
              <dd className={name === "account" ? "mono" : ""}>{bank[name]}</dd>
            </div>
          ))}
          <div>
            <dt>{words.reference}</dt>
            <dd className="mono">{invoice.number}</dd>
          </div>
        </dl>
      ))}
    </details>
  );
}
