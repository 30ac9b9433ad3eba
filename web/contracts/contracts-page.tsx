import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { type ContractWords, contractWords, filled } from "../words/contracts.ts";
import { calendarDay, type Tongue } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import type { ContractSummary } from "./shapes.ts";

/** Every client's contract, with what is in force and whether a next version is being written. */
export function ContractsPage() {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const words = contractWords(tongue);
  useEffect(() => {
    document.title = `${words.title} · ${t("app.name")}`;
  }, [words, t]);
  const contracts = useQuery({
    queryKey: ["contracts"],
    queryFn: ({ signal }) => read<{ items: readonly ContractSummary[] }>("/api/billing/contracts", signal),
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <section className="panel" aria-label={words.title}>
        {contracts.isPending ? (
          <div className="panel-body panel-pad">
            <Skeleton lines={5} height={18} />
          </div>
        ) : contracts.isError ? (
          <Trouble problem={contracts.error} retry={() => void contracts.refetch()} />
        ) : contracts.data.items.length === 0 ? (
          <PlainState icon="book" title={words.empty} hint={words.emptyHint} />
        ) : (
          <ContractsTable items={contracts.data.items} words={words} tongue={tongue} />
        )}
      </section>
    </div>
  );
}

/** Of what card the newest version is made, and how many of its prices are the client's own. */
function cardText(card: ContractSummary["card"], words: ContractWords, tongue: Tongue): string {
  if (card === null) return words.cardNone;
  const name = filled(words.cardVersion, { name: card.name[tongue], n: card.version });
  return card.ownPrices === 0 ? name : `${name} · ${filled(words.ownPrices, { n: card.ownPrices })}`;
}

type TableProps = { items: readonly ContractSummary[]; words: ContractWords; tongue: Tongue };

function ContractsTable({ items, words, tongue }: TableProps) {
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.client}</th>
            <th scope="col">{words.currency}</th>
            <th scope="col" className="end">
              {words.versions}
            </th>
            <th scope="col">{words.newest}</th>
            <th scope="col">{words.card}</th>
            <th scope="col" aria-label={words.draftNow} />
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <td>
                <Link to="/contracts/$tenantId/$contractId" params={{ tenantId: one.tenantId, contractId: one.id }}>
                  {one.tenantName}
                </Link>{" "}
                {one.name[tongue] === one.tenantName ? null : <span className="small quiet">{one.name[tongue]}</span>}
              </td>
              <td>{one.currency}</td>
              <td className="end">{one.versions}</td>
              <td>{one.newest === null ? "" : calendarDay(tongue, one.newest)}</td>
              <td>{cardText(one.card, words, tongue)}</td>
              <td>
                {one.hasDraft ? (
                  <span className="pill soft-ringing tone-ringing state-mark">
                    <Icon name="pencil" />
                    {words.draftNow}
                  </span>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
