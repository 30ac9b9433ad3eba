import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { brandStyle, PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { PhoneNumber } from "../design/phone-number.tsx";
import { Preferences } from "../shell/preferences.tsx";
import { CallerPhone } from "./caller-phone.ts";
import { Captions } from "./captions.tsx";
import { type DemoNumber, type DemoNumbers, demoNumbers } from "./demo-carrier.ts";
import { FaultSwitches } from "./fault-switches.tsx";
import { Handset } from "./handset.tsx";
// The bar and the panels are the shell's; a caller's page is opened without it.
import "../shell/shell.css";
import "./phone.css";

/** A caller's telephone beside the product: a newcomer sees the whole of it in two tabs. Exists in the sandbox alone. */
export function PhonePage() {
  const { t } = useTranslation();
  const numbers = useQuery({
    queryKey: ["demo", "numbers"],
    queryFn: ({ signal }) => demoNumbers(signal),
    retry: false,
  });
  useEffect(() => {
    document.title = `${t("phone.title")} · ${t("app.name")}`;
  }, [t]);
  const absent = numbers.error instanceof ApiProblem && (numbers.error.status === 404 || numbers.error.status === 403);
  return (
    <div className="phone-page">
      <header className="shell-bar">
        <Link to="/" className="shell-name phone-home">
          <img src="/mark.svg" alt="" width="22" height="22" />
          {t("app.name")}
        </Link>
        <span className="pill soft-ringing tone-ringing">{t("app.sandbox")}</span>
        <span className="grow" />
        <Preferences />
      </header>
      <main className="phone-main">
        <div className="phone-lead">
          <h1>{t("phone.title")}</h1>
          <p className="quiet">{t("phone.lead")}</p>
        </div>
        {numbers.isPending ? (
          <Skeleton lines={6} height={32} />
        ) : absent ? (
          <PlainState icon="lock" title={t("phone.notSandbox")} />
        ) : numbers.isError ? (
          <Trouble problem={numbers.error} retry={() => void numbers.refetch()} />
        ) : (
          <PhoneDesk {...numbers.data} />
        )}
      </main>
    </div>
  );
}

function PhoneDesk({ numbers, phoneUrl }: DemoNumbers) {
  const { t } = useTranslation();
  const [phone, setPhone] = useState<CallerPhone | null>(null);
  const [to, setTo] = useState(numbers[0]?.e164 ?? "");
  useEffect(() => {
    const opened = new CallerPhone(phoneUrl);
    setPhone(opened);
    return () => opened.close();
  }, [phoneUrl]);
  return (
    <div className="phone-desk">
      <section className="panel" aria-labelledby="numbers-title">
        <h2 id="numbers-title">{t("phone.numbers")}</h2>
        <NumberList numbers={numbers} chosen={to} choose={setTo} />
      </section>
      {phone === null ? null : (
        <Handset phone={phone} to={to} setTo={setTo} brand={numbers.find((one) => one.e164 === to)} />
      )}
      <div className="stack">
        {phone === null ? null : <Captions phone={phone} />}
        <FaultSwitches />
      </div>
    </div>
  );
}

function NumberList({
  numbers,
  chosen,
  choose,
}: {
  numbers: readonly DemoNumber[];
  chosen: string;
  choose: (e164: string) => void;
}) {
  const { t } = useTranslation();
  if (numbers.length === 0) return <PlainState icon="keypad" title={t("phone.noNumbers")} />;
  return (
    <ul className="number-list">
      {numbers.map((number) => (
        <li key={number.e164}>
          <button
            type="button"
            className="number brand-stripe"
            style={brandStyle(number.color)}
            aria-pressed={chosen === number.e164}
            onClick={() => choose(number.e164)}
          >
            <span className="number-brand clip">{number.brandName}</span>
            <span className="mono">
              <PhoneNumber value={number.e164} />
            </span>
            <span className="small quiet clip">{[number.label, number.tenantName].filter(Boolean).join(" · ")}</span>
            {chosen === number.e164 ? <Icon name="check" className="number-check" /> : null}
          </button>
        </li>
      ))}
    </ul>
  );
}
