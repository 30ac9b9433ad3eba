import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { PortalRecent } from "../../src/features/contacts/schema.ts";
import { read } from "../api/http.ts";
import type { InvoiceSummary } from "../billing/shapes.ts";
import { Icon } from "../design/icons.tsx";
import { Skeleton, Trouble } from "../design/parts.tsx";
import { calendarDay, count, money, month, share } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

/** Yesterday in one sentence, the month so far, and what it costs so far. */
export function Recent() {
  const recent = useQuery({
    queryKey: ["portal", "recent"],
    queryFn: ({ signal }) => read<PortalRecent>("/api/portal/recent", signal),
    refetchInterval: 60_000,
  });
  const invoices = useQuery({
    queryKey: ["portal", "invoices"],
    queryFn: ({ signal }) => read<{ items: readonly InvoiceSummary[] }>("/api/portal/invoices", signal),
    refetchInterval: 60_000,
  });
  if (recent.isPending || invoices.isPending) return <Skeleton lines={3} height={20} />;
  if (recent.isError) return <Trouble problem={recent.error} retry={() => void recent.refetch()} />;
  if (invoices.isError) return <Trouble problem={invoices.error} retry={() => void invoices.refetch()} />;
  const { yesterday, month: soFar } = recent.data;
  return (
    <div className="recent">
      <Yesterday day={yesterday} />
      <MonthSoFar soFar={soFar} />
      <Bill invoice={invoices.data.items.find((one) => one.period === soFar.period)} />
    </div>
  );
}

function Yesterday({ day }: { day: PortalRecent["yesterday"] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { offered, answered, serviceLevel: level, busiest } = day;
  const words = {
    day: calendarDay(tongue, day.day),
    offered: count(tongue, offered),
    answered: count(tongue, answered),
    level: level === null ? "" : share(tongue, level),
    hour: busiest === null ? "" : t("portal.hour", { from: String(busiest.hour), to: String(busiest.hour + 1) }),
    most: busiest === null ? "" : count(tongue, busiest.offered),
  };
  return (
    <section className="card stack" aria-labelledby="yesterday-title">
      <h2 id="yesterday-title">{t("portal.yesterday")}</h2>
      <p>
        {offered === 0
          ? t("portal.yesterdayNone", { day: words.day })
          : t(level === null ? "portal.yesterdayNoLevel" : "portal.yesterdayStory", words)}
      </p>
    </section>
  );
}

function MonthSoFar({ soFar }: { soFar: PortalRecent["month"] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { offered, answered, serviceLevel: level } = soFar;
  return (
    <section className="card stack" aria-labelledby="month-title">
      <h2 id="month-title">{t("portal.month", { month: month(tongue, soFar.period) })}</h2>
      <p>
        {offered === 0
          ? t("portal.monthNone")
          : t(level === null ? "portal.monthNoLevel" : "portal.monthStory", {
              offered: count(tongue, offered),
              answered: count(tongue, answered),
              level: level === null ? "" : share(tongue, level),
            })}
      </p>
    </section>
  );
}

function Bill({ invoice }: { invoice: InvoiceSummary | undefined }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  return (
    <section className="card stack" aria-labelledby="bill-title">
      <h2 id="bill-title">{t("portal.bill")}</h2>
      {invoice === undefined ? (
        <p className="quiet">{t("portal.billNone")}</p>
      ) : (
        <>
          <p className="row wrap">
            <strong className="bill-total">{money(tongue, invoice.totalMinor, invoice.currency)}</strong>
            <span className="quiet">{t("portal.billLines", { n: count(tongue, invoice.lines) })}</span>
          </p>
          <Link className="row" to="/portal/invoices/$invoiceId" params={{ invoiceId: invoice.id }}>
            <Icon name="receipt" />
            {t("portal.billOpen")}
          </Link>
        </>
      )}
    </section>
  );
}
