import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Crumbs } from "../design/crumbs.tsx";
import { PlainState, Skeleton, Trouble } from "../design/parts.tsx";
import { currentTongue } from "../words/words.ts";
import type { ClientInvoice, InvoiceSummary } from "./shapes.ts";
import { InvoicesTable } from "./tables.tsx";

/** What the house's pages and the client's have in common: each gives its own addresses and nothing else. */
export function useTitle(title: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
}

type LoadedProps<Answer> = {
  readonly query: UseQueryResult<Answer>;
  readonly children: (answer: Answer) => ReactNode;
};

/** A page's answer, or what stands in its place while it comes and when it does not. */
export function Loaded<Answer>({ query, children }: LoadedProps<Answer>) {
  if (query.isPending) return <Skeleton lines={10} height={20} />;
  if (query.isError) return <Trouble problem={query.error} retry={() => void query.refetch()} />;
  return children(query.data);
}

type InvoicesProps = {
  readonly title: string;
  readonly query: UseQueryResult<{ readonly items: readonly InvoiceSummary[] }>;
  readonly empty: { readonly title: string; readonly hint: string };
  readonly withTenant: boolean;
  readonly link: (invoice: InvoiceSummary, label: string) => ReactNode;
};

export function InvoicesPanel({ title, query, empty, withTenant, link }: InvoicesProps) {
  return (
    <section className="panel" aria-label={title}>
      {query.isPending ? (
        <div className="panel-body panel-pad">
          <Skeleton lines={5} height={18} />
        </div>
      ) : query.isError ? (
        <Trouble problem={query.error} retry={() => void query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <PlainState icon="receipt" title={empty.title} hint={empty.hint} />
      ) : (
        <InvoicesTable invoices={query.data.items} withTenant={withTenant} link={link} />
      )}
    </section>
  );
}

type TrailProps = {
  readonly depth: "invoice" | "line" | "contact";
  readonly lineId: string;
  /** Undefined while it is being read. */
  readonly invoice: Pick<ClientInvoice, "items"> | undefined;
  readonly invoiceName: string;
  /** The list that the invoice is of. */
  readonly all: ReactNode;
  readonly toInvoice: (label: string) => ReactNode;
  readonly toLine: (label: string) => ReactNode;
};

/** Invoices → invoice → line → contact: one path, so that every amount can be followed down to the facts. */
export function InvoiceTrail({ depth, lineId, invoice, invoiceName, all, toInvoice, toLine }: TrailProps) {
  const { t } = useTranslation();
  const lineName = invoice?.items.find((one) => one.id === lineId)?.label[currentTongue()] ?? t("billing.line");
  const items = [
    { key: "all", item: all },
    { key: "invoice", item: depth === "invoice" ? invoiceName : toInvoice(invoiceName) },
    ...(depth === "invoice" ? [] : [{ key: "line", item: depth === "line" ? lineName : toLine(lineName) }]),
    ...(depth === "contact" ? [{ key: "contact", item: t("contact.title") }] : []),
  ];
  return <Crumbs items={items} />;
}
