import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PartyView } from "../../src/features/settlement/schema.ts";
import { decimalMoney } from "../billing/amounts.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { calendarDay, type Tongue } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { ClientField } from "./clients.tsx";
import { PartnerDialog } from "./partner-dialog.tsx";
import { BookHead } from "./parts.tsx";
import { usePartners } from "./prepare-dialogs.tsx";

/** Who a client's parcels and calls are settled with, and on which terms. */
export function PartnersPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tenant = "" }: { tenant?: string } = useSearch({ strict: false });
  const [writing, setWriting] = useState<PartyView | "new" | null>(null);
  return (
    <div className="page">
      <BookHead book="settlement" title={t("settlement.partners")}>
        {tenant === "" ? null : (
          <button type="button" className="button primary" onClick={() => setWriting("new")}>
            <Icon name="plus" />
            {t("settlement.addPartner")}
          </button>
        )}
      </BookHead>
      <p className="quiet small">
        <Link to="/billing/settlement" search={{}}>
          {t("books.settlement")}
        </Link>{" "}
        · {t("settlement.partnersHint")}
      </p>
      <div className="book-filter">
        <ClientField
          value={tenant}
          change={(chosen) =>
            void navigate({ to: "/billing/settlement/partners", search: chosen === "" ? {} : { tenant: chosen } })
          }
        />
      </div>
      {tenant === "" ? null : <Partners tenantId={tenant} write={setWriting} />}
      {writing === null ? null : (
        <PartnerDialog tenantId={tenant} known={writing === "new" ? null : writing} close={() => setWriting(null)} />
      )}
    </div>
  );
}

type PartnersProps = { readonly tenantId: string; readonly write: (partner: PartyView) => void };

function Partners({ tenantId, write }: PartnersProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const partners = usePartners(tenantId);
  if (partners.isPending) return <Skeleton lines={5} height={18} />;
  if (partners.isError) return <Trouble problem={partners.error} retry={() => void partners.refetch()} />;
  return (
    <section className="panel" aria-label={t("settlement.partners")}>
      {partners.data.items.length === 0 ? (
        <PlainState icon="people" title={t("settlement.noPartners")} hint={t("settlement.noPartnersHint")} />
      ) : (
        <TableScroll>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("books.partner")}</th>
                <th scope="col">{t("settlement.kind")}</th>
                <th scope="col">{t("commission.terms")}</th>
                <th scope="col" aria-label={t("settlement.newTerms")} />
              </tr>
            </thead>
            <tbody>
              {partners.data.items.map((partner) => (
                <tr key={partner.partyId}>
                  <td>
                    {partner.name} <span className="small quiet mono">{partner.slug}</span>
                    {partner.isClient ? <div className="small quiet">{t("settlement.isClient")}</div> : null}
                  </td>
                  <td>{t(`books.partyKind.${partner.kind}`)}</td>
                  <td>
                    {partner.terms === null ? (
                      <span className="quiet">{t("settlement.noTerms")}</span>
                    ) : (
                      <>
                        {termsWords(t, tongue, partner)}
                        <div className="small quiet">
                          {t("settlement.version", {
                            n: String(partner.terms.version),
                            from: calendarDay(tongue, partner.terms.from),
                          })}
                        </div>
                      </>
                    )}
                  </td>
                  <td className="end">
                    <button type="button" className="button" onClick={() => write(partner)}>
                      <Icon name="pencil" />
                      {t("settlement.newTerms")}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

/** What is charged and kept; what is nothing is not said. */
function termsWords(t: TFunction, tongue: Tongue, { terms, currency }: PartyView): string {
  if (terms === null) return "";
  const { deliveryFee, returnFee, sharePercent, tariff, tolerance } = terms.terms;
  const amount = (text: string) => decimalMoney(tongue, text, currency);
  const parts = [
    Number(deliveryFee) > 0 ? t("settlement.each.deliveryFee", { amount: amount(deliveryFee) }) : "",
    Number(returnFee) > 0 ? t("settlement.each.returnFee", { amount: amount(returnFee) }) : "",
    Number(sharePercent) > 0 ? t("settlement.each.sharePercent", { percent: sharePercent }) : "",
    tariff === null
      ? ""
      : t("settlement.each.tariff", {
          amount: amount(tariff.perMinute),
          first: String(tariff.firstS),
          next: String(tariff.nextS),
        }),
    t("settlement.each.tolerance", { amount: amount(tolerance) }),
  ];
  return parts.filter((part) => part !== "").join(tongue === "zh" ? "，" : ", ");
}
