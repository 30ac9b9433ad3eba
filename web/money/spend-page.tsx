import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SpendView } from "../../src/features/spend/schema.ts";
import { read } from "../api/http.ts";
import { quantityText, unitWord } from "../billing/amounts.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { majorOf, minorOf, useDeed } from "../invoicing/deed.ts";
import { AmountField, DeedDialog } from "../invoicing/dialogs.tsx";
import { Panel } from "../invoicing/document-panels.tsx";
import { filled } from "../words/contracts.ts";
import { calendarDay, count, money, month } from "../words/format.ts";
import { ownMoneyWords } from "../words/own-money.ts";
import { currentTongue } from "../words/words.ts";
import { OpenInvoices, PrepaidPanel } from "./account.tsx";
import { LettersPanel } from "./letters.tsx";
import { StatementPanel } from "./statement.tsx";
import "../billing/billing.css";
import "./money.css";

/** The client's running month and its account with the house. */
export function SpendPage() {
  const { t } = useTranslation();
  const { title, none, noneHint } = ownMoneyWords(currentTongue()).spend;
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  const spend = useQuery({
    queryKey: ["portal", "spend"],
    queryFn: ({ signal }) => read<{ items: readonly SpendView[] }>("/api/portal/spend", signal),
    refetchInterval: 60_000,
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{title}</h1>
      </div>
      {spend.isPending ? (
        <Skeleton lines={6} height={20} />
      ) : spend.isError ? (
        <Trouble problem={spend.error} retry={() => void spend.refetch()} />
      ) : spend.data.items.length === 0 ? (
        <section className="panel" aria-label={title}>
          <PlainState icon="chart" title={none} hint={noneHint} />
        </section>
      ) : (
        spend.data.items.map((one) => (
          <ContractMonth key={one.contractId} spend={one} named={spend.data.items.length > 1} />
        ))
      )}
      <div className="money-pair">
        <OpenInvoices />
        <PrepaidPanel />
      </div>
      <StatementPanel path="/api/portal/statement" name="statement" />
      <LettersPanel path="/api/portal/letters" />
    </div>
  );
}

function ContractMonth({ spend, named }: { spend: SpendView; named: boolean }) {
  const tongue = currentTongue();
  const heading = [month(tongue, spend.period), ...(named ? [spend.contract[tongue]] : [])].join(" · ");
  return (
    <>
      <h2>{heading}</h2>
      <Figures spend={spend} />
      <Allowances spend={spend} />
      <Charges spend={spend} />
    </>
  );
}

function Figures({ spend }: { spend: SpendView }) {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).spend;
  const amount = (minor: number): string => money(tongue, minor, spend.currency);
  const { forecast, lastMonthMinor, invoiceId } = spend;
  const more = forecast === null || lastMonthMinor === null ? null : forecast.netMinor - lastMonthMinor;
  return (
    <div className="figures">
      <section className="panel figure" aria-label={words.soFar}>
        <h3>{words.soFar}</h3>
        <strong className="line-amount">{amount(spend.soFarMinor)}</strong>
        <span className="small quiet">{filled(words.soFarHint, { percent: spend.elapsedPercent })}</span>
        {invoiceId === null ? null : (
          <Link to="/portal/invoices/$invoiceId" params={{ invoiceId }} className="small">
            {words.draft}
          </Link>
        )}
      </section>
      <section className="panel figure" aria-label={words.forecast}>
        <h3>{words.forecast}</h3>
        {forecast === null ? (
          <span className="quiet">{words.tooEarly}</span>
        ) : (
          <>
            <strong className="line-amount">{amount(forecast.netMinor)}</strong>
            {forecast.grossMinor === forecast.netMinor ? null : (
              <span className="small quiet">{filled(words.gross, { amount: amount(forecast.grossMinor) })}</span>
            )}
            {more === null || more === 0 ? null : (
              <span className="small">
                {filled(more > 0 ? words.more : words.less, { amount: amount(Math.abs(more)) })}
              </span>
            )}
            <Assumptions forecast={forecast} />
          </>
        )}
      </section>
      <section className="panel figure" aria-label={words.lastMonth}>
        <h3>{words.lastMonth}</h3>
        <strong className="line-amount">{lastMonthMinor === null ? "–" : amount(lastMonthMinor)}</strong>
      </section>
    </div>
  );
}

/** A forecast without its assumptions would be a promise. */
function Assumptions({ forecast: { assumes } }: { forecast: NonNullable<SpendView["forecast"]> }) {
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).spend;
  if (assumes.length === 0) return null;
  const text = (it: (typeof assumes)[number]): string => {
    if (it.kind === "prices_change") return filled(words.pricesChange, { day: calendarDay(tongue, it.on) });
    if (it.kind !== "unseen_charges") return words.assume[it.kind];
    return filled(words.unseen, { list: it.labels.map((label) => label[tongue]).join(tongue === "zh" ? "、" : ", ") });
  };
  return (
    <details className="small">
      <summary>{words.assumes}</summary>
      <ul className="plain-list stack tight quiet">
        {assumes.map((it) => (
          <li key={it.kind}>{text(it)}</li>
        ))}
      </ul>
    </details>
  );
}

function Allowances({ spend }: { spend: SpendView }) {
  const words = ownMoneyWords(currentTongue()).spend;
  const [asking, ask] = useState(false);
  return (
    <Panel title={words.alerts}>
      {spend.allowances.length === 0 ? <p className="quiet">{words.alertsNone}</p> : null}
      {spend.allowances.map((one) => (
        <Allowance key={`${one.kind} ${one.label?.en ?? ""}`} allowance={one} currency={spend.currency} />
      ))}
      <button type="button" className="button allowance-set" onClick={() => ask(true)}>
        <Icon name="bell" />
        {words.setLimit}
      </button>
      {asking ? <LimitDialog spend={spend} close={() => ask(false)} /> : null}
    </Panel>
  );
}

type AllowanceProps = { readonly allowance: SpendView["allowances"][number]; readonly currency: string };

const TONES = { 50: "contact", 80: "ringing", 100: "alarm" } as const;
const ICONS = { 50: "bell", 80: "bell", 100: "triangle" } as const;

function Allowance({ allowance: { kind, label, unit, used, of, step, usedUpOn }, currency }: AllowanceProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).spend;
  const name = label === null ? words.limit : label[tongue];
  const part = (n: number): string => (kind === "limit" ? money(tongue, n, currency) : count(tongue, n));
  const sum = filled(words.used, { used: part(used), of: part(of) });
  return (
    <div className="allowance">
      <div className="row">
        <strong className="grow">{name}</strong>
        <span>
          {sum} {unit === null ? "" : unitWord(t, unit, String(of))}
        </span>
        <span
          className={`pill state-mark ${step === null ? "soft-idle tone-idle" : `soft-${TONES[step]} tone-${TONES[step]}`}`}
        >
          <Icon name={step === null ? "check" : ICONS[step]} />
          {step === null
            ? words.below
            : step === 100 && kind === "package"
              ? words.usedUp
              : filled(words.step, { percent: step })}
        </span>
      </div>
      <progress className="allowance-bar" aria-label={name} max={Math.max(of, 1)} value={Math.min(used, of)} />
      <span className="small quiet">
        {step === 100
          ? null
          : usedUpOn === null
            ? words.notThisMonth
            : filled(words.usedUpOn, { day: calendarDay(tongue, usedUpOn) })}
      </span>
    </div>
  );
}

function LimitDialog({ spend, close }: { spend: SpendView; close: () => void }) {
  const words = ownMoneyWords(currentTongue()).spend;
  const { limitMinor, decimals, contractId } = spend;
  const [typed, setTyped] = useState(limitMinor === null ? "" : majorOf(limitMinor, decimals));
  const deed = useDeed(close);
  const minor = typed.trim() === "" ? null : minorOf(typed, decimals);
  const wrong = typed.trim() !== "" && (minor === null || minor === 0);
  const path = `/api/portal/contracts/${contractId}/spend-limit`;
  return (
    <DeedDialog
      title={words.setLimit}
      note={words.limitNote}
      doing={words.saveLimit}
      pending={deed.isPending}
      problem={deed.error}
      ready={!wrong}
      close={close}
      submit={() => deed.mutate({ method: "PUT", path, body: { amountMinor: minor } })}
    >
      <AmountField
        label={`${words.limitAmount} · ${spend.currency}`}
        hint={words.limitEmpty}
        error={wrong ? words.notAmount : null}
        value={typed}
        change={setTyped}
      />
    </DeedDialog>
  );
}

function Charges({ spend }: { spend: SpendView }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const words = ownMoneyWords(tongue).spend;
  const amount = (minor: number): string => money(tongue, minor, spend.currency);
  return (
    <section className="panel" aria-label={words.charges}>
      <h2>{words.charges}</h2>
      <TableScroll>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{words.charge}</th>
              <th scope="col" className="end">
                {words.quantity}
              </th>
              <th scope="col" className="end">
                {words.soFar}
              </th>
              <th scope="col" className="end">
                {words.forecastColumn}
              </th>
            </tr>
          </thead>
          <tbody>
            {spend.charges.map((charge) => (
              <tr key={charge.code}>
                <td>{charge.label[tongue]}</td>
                <td className="end nowrap">
                  {charge.quantity === null || charge.unit === null
                    ? ""
                    : quantityText(t, tongue, { quantity: charge.quantity, unit: charge.unit })}
                </td>
                <td className="end amount">{amount(charge.soFarMinor)}</td>
                <td className="end nowrap">{charge.forecastMinor === null ? "–" : amount(charge.forecastMinor)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}
