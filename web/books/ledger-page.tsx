import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AccountStatement, BalanceView, HouseBalance, TrialBalance } from "../../src/features/ledger/schema.ts";
import { read } from "../api/http.ts";
import { PlainState, Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { calendarDay, money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { BookHead, BookName, Mark } from "./parts.tsx";
import { aboutText, eventWord, kindWord, subjectWord } from "./words.ts";

type Search = { tenant?: string; account?: string };

/** The book over all clients; one client's accounts; one account's entries: each opens into the next. */
export function LedgerPage() {
  const { tenant, account }: Search = useSearch({ strict: false });
  return (
    <div className="page">
      <BookHead book="ledger" />
      {tenant === undefined ? <House /> : <Client tenantId={tenant} />}
      {tenant !== undefined && account !== undefined ? <Statement tenantId={tenant} accountId={account} /> : null}
    </div>
  );
}

function House() {
  const { t } = useTranslation();
  const house = useQuery({
    queryKey: ["books", "house"],
    queryFn: ({ signal }) => read<HouseBalance>("/api/billing/ledger/trial-balance", signal),
  });
  if (house.isPending) return <Skeleton lines={8} height={18} />;
  if (house.isError) return <Trouble problem={house.error} retry={() => void house.refetch()} />;
  return (
    <>
      <Totals totals={house.data.totals} />
      <section className="panel" aria-labelledby="clients-title">
        <h2 id="clients-title">{t("billing.tenant")}</h2>
        <TableScroll>
          <table className="table">
            <tbody>
              {house.data.tenants.map((one) => (
                <tr key={one.tenantId}>
                  <td>
                    <Link to="/billing/ledger" search={{ tenant: one.tenantId }}>
                      {one.tenantName}
                    </Link>
                  </td>
                  <td>
                    <Mark good={one.balanced}>{t(one.balanced ? "books.balanced" : "books.unbalanced")}</Mark>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </section>
      <section className="panel" aria-labelledby="kinds-title">
        <h2 id="kinds-title">{t("books.house")}</h2>
        <Balances rows={house.data.kinds.map((kind) => ({ ...kind, accountId: "", subject: "", name: null }))} />
      </section>
    </>
  );
}

function Client({ tenantId }: { tenantId: string }) {
  const { t } = useTranslation();
  const book = useQuery({
    queryKey: ["books", "trial", tenantId],
    queryFn: ({ signal }) => read<TrialBalance>(`/api/billing/tenants/${tenantId}/ledger/trial-balance`, signal),
  });
  if (book.isPending) return <Skeleton lines={8} height={18} />;
  if (book.isError) return <Trouble problem={book.error} retry={() => void book.refetch()} />;
  return (
    <>
      <p>
        <Link to="/billing/ledger" search={{}}>
          {t("books.house")}
        </Link>
      </p>
      <Totals totals={book.data.totals} />
      <section className="panel" aria-labelledby="accounts-title">
        <h2 id="accounts-title">{t("books.account")}</h2>
        <Balances rows={book.data.accounts} tenantId={tenantId} />
      </section>
    </>
  );
}

function Totals({ totals }: { totals: TrialBalance["totals"] }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  if (totals.length === 0) return null;
  return (
    <ul className="row plain-list">
      {totals.map((total) => (
        <li key={total.currency} className="row small">
          <Mark good={total.balanced}>
            {total.currency} {t(total.balanced ? "books.balanced" : "books.unbalanced")}
          </Mark>
          <span className="quiet">
            {t("books.debit")} {money(tongue, total.debitMinor, total.currency)} · {t("books.credit")}{" "}
            {money(tongue, total.creditMinor, total.currency)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Balances({ rows, tenantId }: { rows: readonly BalanceView[]; tenantId?: string }) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  if (rows.length === 0) return <PlainState icon="book" title={t("books.empty")} hint={t("books.emptyHint")} />;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("books.account")}</th>
            {(["debit", "credit", "balance"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {t(`books.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.currency} ${row.kind} ${row.subject}`}>
              <td>
                {tenantId === undefined ? (
                  kindWord(t, row.kind)
                ) : (
                  <Link to="/billing/ledger" search={{ tenant: tenantId, account: row.accountId }}>
                    {kindWord(t, row.kind)}
                  </Link>
                )}{" "}
                <SubjectName of={row} />
              </td>
              <td className="end">{money(tongue, row.debitMinor, row.currency)}</td>
              <td className="end">{money(tongue, row.creditMinor, row.currency)}</td>
              <td className="end amount">{money(tongue, row.balanceMinor, row.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function Statement({ tenantId, accountId }: { tenantId: string; accountId: string }) {
  const { t } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: ["books", "statement", tenantId, accountId],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<AccountStatement>(
        `/api/billing/tenants/${tenantId}/ledger/statement?accountId=${accountId}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
        signal,
      ),
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) return <Skeleton lines={6} height={18} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const [first] = pages.data.pages;
  const { account } = first ?? {};
  if (first === undefined || account === undefined) return null;
  return (
    <section className="panel" aria-labelledby="statement-title">
      <h2 id="statement-title">
        {t("books.statement")} · {kindWord(t, account.kind)} <SubjectName of={account} />
      </h2>
      <Entries statement={first} items={pages.data.pages.flatMap((page) => page.items)} />
      {pages.hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t("books.more")}
        </button>
      ) : null}
    </section>
  );
}

type Subject = { readonly subject: string; readonly name: { readonly zh: string; readonly en: string } | null };

/** Whose account it is, or what for, as people call it; what nobody has named stands as the book has it. */
function SubjectName({ of: { subject, name } }: { of: Subject }) {
  const { t } = useTranslation();
  if (subject === "") return null;
  const word = name === null ? subjectWord(t, subject) : name[currentTongue()];
  return word === null ? <BookName name={subject} /> : <span className="small quiet">{word}</span>;
}

type EntriesProps = { statement: AccountStatement; items: AccountStatement["items"] };

function Entries({ statement, items }: EntriesProps) {
  const { t } = useTranslation();
  const tongue = currentTongue();
  const { account } = statement;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("books.day")}</th>
            <th scope="col">{t("books.deed")}</th>
            <th scope="col">{t("books.ref")}</th>
            <th scope="col">{t("books.other")}</th>
            {(["debit", "credit", "balance"] as const).map((name) => (
              <th key={name} scope="col" className="end">
                {t(`books.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((row) => (
            <tr key={`${row.txnId} ${row.position}`}>
              <td className="nowrap">{calendarDay(tongue, row.bookedOn)}</td>
              <td>{eventWord(t, row.event)}</td>
              <td>{row.about === null ? <BookName name={row.ref} /> : aboutText(t, row.about)}</td>
              <td>
                {kindWord(t, row.other.kind)} <SubjectName of={row.other} />
              </td>
              <td className="end">{row.side === "debit" ? money(tongue, row.amountMinor, account.currency) : ""}</td>
              <td className="end">{row.side === "credit" ? money(tongue, row.amountMinor, account.currency) : ""}</td>
              <td className="end amount">{money(tongue, row.balanceMinor, account.currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={6}>{t("books.closing")}</td>
            <td className="end amount">{money(tongue, statement.closingMinor, account.currency)}</td>
          </tr>
        </tfoot>
      </table>
    </TableScroll>
  );
}
