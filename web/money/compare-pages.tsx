import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { InvoiceSummary } from "../../src/features/billing/schema.ts";
import { read } from "../api/http.ts";
import { Crumbs } from "../design/crumbs.tsx";
import { month } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";
import { Comparison } from "./compare.tsx";

type Search = { with?: string };

function Heading({ title }: { title: string }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  return (
    <div className="page-head">
      <h1>{title}</h1>
    </div>
  );
}

function useInvoices(path: string) {
  return useQuery({
    queryKey: ["billing", "invoices", path],
    queryFn: ({ signal }) => read<{ items: readonly InvoiceSummary[] }>(path, signal),
  }).data?.items;
}

/** For the client: its own invoice against another of its own. */
export function PortalComparePage() {
  const { t } = useTranslation();
  const { invoiceId = "" } = useParams({ strict: false });
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const words = houseMoneyWords(currentTongue()).compare;
  const others = useInvoices("/api/portal/invoices") ?? [];
  const own = others.find((it) => it.id === invoiceId);
  const invoice = (
    <Link to="/portal/invoices/$invoiceId" params={{ invoiceId }}>
      {own === undefined ? t("billing.invoice") : month(currentTongue(), own.period)}
    </Link>
  );
  return (
    <div className="page">
      <Crumbs
        items={[
          { key: "all", item: <Link to="/portal/invoices">{t("app.invoices")}</Link> },
          { key: "invoice", item: invoice },
          { key: "here", item: words.title },
        ]}
      />
      <Comparison
        base="/api/portal/invoices"
        invoiceId={invoiceId}
        otherId={search.with ?? null}
        others={others}
        choose={(other) =>
          void navigate({
            to: "/portal/invoices/$invoiceId/comparison",
            params: { invoiceId },
            search: { with: other },
          })
        }
        head={(title) => <Heading title={title} />}
      />
    </div>
  );
}

/** For billing staff: the same of any client. */
export function HouseComparePage() {
  const { t } = useTranslation();
  const { tenantId = "", invoiceId = "" } = useParams({ strict: false });
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const words = houseMoneyWords(currentTongue()).compare;
  const others = (useInvoices("/api/billing/invoices") ?? []).filter((it) => it.tenantId === tenantId);
  const own = others.find((it) => it.id === invoiceId);
  const all = (
    <Link to="/billing" search={{}}>
      {t("billing.title")}
    </Link>
  );
  const invoice = (
    <Link to="/billing/$tenantId/invoices/$invoiceId" params={{ tenantId, invoiceId }}>
      {own === undefined ? t("billing.invoice") : `${own.tenantName} · ${month(currentTongue(), own.period)}`}
    </Link>
  );
  return (
    <div className="page">
      <Crumbs
        items={[
          { key: "all", item: all },
          { key: "invoice", item: invoice },
          { key: "here", item: words.title },
        ]}
      />
      <Comparison
        base={`/api/billing/tenants/${tenantId}/invoices`}
        invoiceId={invoiceId}
        otherId={search.with ?? null}
        others={others}
        choose={(other) =>
          void navigate({
            to: "/billing/$tenantId/invoices/$invoiceId/comparison",
            params: { tenantId, invoiceId },
            search: { with: other },
          })
        }
        head={(title) => <Heading title={title} />}
      />
    </div>
  );
}
