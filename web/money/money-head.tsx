import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import "../billing/billing.css";

const PAGES = [
  { key: "billing", to: "/billing" },
  { key: "payments", to: "/billing/payments" },
  { key: "ageing", to: "/billing/ageing" },
  { key: "runs", to: "/billing/runs" },
] as const;
type MoneyPage = (typeof PAGES)[number]["key"];

/** The billing staff's four daily pages beside each other. */
export function MoneyNav({ here }: { here: MoneyPage }) {
  const { nav } = houseMoneyWords(currentTongue());
  return (
    <nav className="tabs" aria-label={nav.label}>
      {PAGES.map(({ key, to }) => (
        <Link
          key={key}
          to={to}
          search={{}}
          className="tab"
          // Without it the first, whose address is the beginning of all, stands as open beside each of the others.
          activeOptions={{ exact: true }}
          {...(key === here ? { "aria-current": "page" as const } : {})}
        >
          {nav[key]}
        </Link>
      ))}
    </nav>
  );
}

export function MoneyHead({ here, title, children }: { here: MoneyPage; title: string; children?: ReactNode }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  return (
    <>
      <MoneyNav here={here} />
      <div className="page-head">
        <h1>{title}</h1>
        {children}
      </div>
    </>
  );
}
