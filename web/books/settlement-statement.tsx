import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettlementDetail, SettlementLineView, SettlementView } from "../../src/features/settlement/schema.ts";
import { read } from "../api/http.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { Skeleton, Trouble } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { count, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { BrokenFiles } from "./broken-files.tsx";
import { useBookDeed } from "./deed.ts";
import { FileDialog } from "./file-dialog.tsx";
import { Mark, More } from "./parts.tsx";
import { AdjustDialog, AgreeDialog, DecideDialog, PaidDialog } from "./settlement-dialogs.tsx";
import { SettlementLines, SettlementSums, StatementPill } from "./settlement-parts.tsx";

const STANDINGS = ["all", "open", "disputed", "matched", "only_ours", "only_theirs", "differs"] as const;
type Standing = (typeof STANDINGS)[number];
type Props = { readonly tenantId: string; readonly statementId: string };

/** One statement: our lines beside theirs, what must be decided, and its way to agreed and paid. */
export function SettlementStatement({ tenantId, statementId }: Props) {
  const { t } = useTranslation();
  const [standing, setStanding] = useState<Standing>("all");
  const base = `/api/billing/tenants/${tenantId}/settlement`;
  const pages = useInfiniteQuery({
    queryKey: ["books", "settlement", tenantId, statementId, standing],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read<SettlementDetail>(
        `${base}/statement?statementId=${statementId}${filterOf(standing)}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
        signal,
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  if (pages.isPending) return <Skeleton lines={8} height={18} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const [statement] = pages.data.pages;
  if (statement === undefined) return null;
  return (
    <>
      <p className="row wrap">
        <Link to="/billing/settlement" search={{}}>
          {t("books.settlement")}
        </Link>
        <strong>
          {statement.party.name} · {statement.tenantName} · {month(currentTongue(), statement.period)}
        </strong>
        <StatementPill status={statement.status} />
        {statement.paymentRef === null ? null : (
          <span className="quiet small">{t("settlement.settledBy", { ref: statement.paymentRef })}</span>
        )}
      </p>
      <Steps base={base} statement={statement} />
      <SettlementSums statement={statement} />
      <Standings statement={statement} standing={standing} choose={setStanding} />
      <section className="panel" aria-labelledby="lines-title">
        <h2 id="lines-title">{t("billing.lines")}</h2>
        <Lines base={base} statement={statement} rows={pages.data.pages.flatMap((page) => page.items)} />
        <More pages={pages} />
      </section>
    </>
  );
}

function filterOf(standing: Standing): string {
  if (standing === "all") return "";
  return standing === "open" || standing === "disputed" ? `&standing=${standing}` : `&state=${standing}`;
}

type StandingsProps = {
  readonly statement: SettlementView;
  readonly standing: Standing;
  readonly choose: (standing: Standing) => void;
};

/** Lines by how they stand, each with its number: an empty one needs no look. */
function Standings({ statement: { lines }, standing, choose }: StandingsProps) {
  const { t } = useTranslation();
  const numbers: Record<Standing, number> = {
    all: lines.all,
    open: lines.open,
    disputed: lines.disputed,
    matched: lines.matched,
    only_ours: lines.onlyOurs,
    only_theirs: lines.onlyTheirs,
    differs: lines.differs,
  };
  return (
    <div className="row wrap small">
      {STANDINGS.map((one) => (
        <button key={one} type="button" className="button" aria-pressed={one === standing} onClick={() => choose(one)}>
          {t(`settlement.standing.${one}`)} {count(currentTongue(), numbers[one])}
        </button>
      ))}
    </div>
  );
}

type Asked = "file" | "adjust" | "agree" | "pay";
type StepsProps = { readonly base: string; readonly statement: SettlementView };

/** What may be done to the whole statement in its state. */
function Steps({ base, statement }: StepsProps) {
  const { t } = useTranslation();
  const whyNotId = useId();
  const [asked, ask] = useState<Asked | null>(null);
  const [taken, setTaken] = useState<number | null>(null);
  const again = useBookDeed();
  const { statementId, status, party, period } = statement;
  const close = () => ask(null);
  const step = (what: Asked, icon: IconName, primary = false, off = false) => (
    <button
      type="button"
      className={primary ? "button primary" : "button"}
      disabled={off}
      aria-describedby={off ? whyNotId : undefined}
      onClick={() => ask(what)}
    >
      <Icon name={icon} />
      {t(`settlement.${what === "file" ? "upload" : what}`)}
    </button>
  );
  const isDraft = status === "draft";
  const whyNot = whyNotAgreed(t, statement);
  return (
    <div className="row wrap">
      {isDraft ? step("file", "plus") : null}
      {isDraft ? (
        <button
          type="button"
          className="button"
          disabled={again.isPending}
          onClick={() => again.mutate({ path: `${base}/statements`, body: { partyId: party.partyId, period } })}
        >
          <Icon name="refresh" />
          {t("settlement.again")}
        </button>
      ) : null}
      {isDraft ? step("adjust", "pencil") : null}
      {isDraft ? step("agree", "check", true, whyNot !== null) : null}
      {status === "accepted" && statement.closingMinor > 0 ? step("pay", "receipt", true) : null}
      <div role="status" className="small">
        {taken === null ? null : <Mark good>{t("settlement.taken", { n: count(currentTongue(), taken) })}</Mark>}
        {isDraft && whyNot !== null ? (
          <span className="quiet" id={whyNotId}>
            {" "}
            {whyNot}
          </span>
        ) : null}
      </div>
      {isDraft ? <BrokenFiles base={base} statement={statement} /> : null}
      {again.isError ? <Mark good={false}>{troubleText(again.error)}</Mark> : null}
      {asked === "file" ? (
        <FileDialog
          base={base}
          statementId={statementId}
          close={close}
          done={(rows) => {
            close();
            setTaken(rows);
          }}
        />
      ) : null}
      {asked === "adjust" ? <AdjustDialog base={base} statement={statement} close={close} /> : null}
      {asked === "agree" ? <AgreeDialog base={base} statement={statement} close={close} /> : null}
      {asked === "pay" ? <PaidDialog base={base} statement={statement} close={close} /> : null}
    </div>
  );
}

/** What stands in the way of agreeing to a draft, in the reader's words; null for nothing. */
function whyNotAgreed(t: TFunction, { incomplete, lines }: SettlementView): string | null {
  const names = incomplete.map(({ name }) => name).join(t("app.listComma"));
  const why = [
    ...(names === "" ? [] : [t("settlement.brokenFirst", { names })]),
    ...(lines.open === 0 ? [] : [t("settlement.undecided", { n: count(currentTongue(), lines.open) })]),
  ];
  return why.length === 0 ? null : why.join(t("app.listSemi"));
}

type LinesProps = StepsProps & { readonly rows: readonly SettlementLineView[] };

/** Lines that may be decided are picked one by one or together. */
function Lines({ base, statement, rows }: LinesProps) {
  const { t } = useTranslation();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [deciding, setDeciding] = useState<readonly SettlementLineView[]>([]);
  const isDraft = statement.status === "draft";
  const mayDecide = ({ decision, state }: SettlementLineView) =>
    decision === "dispute" || (isDraft && state !== "matched" && state !== "unmatched");
  const chosen = rows.filter((row) => picked.has(row.lineId) && mayDecide(row));
  const pick = (lineId: string, on: boolean) => {
    const next = new Set(picked);
    if (on) next.add(lineId);
    else next.delete(lineId);
    setPicked(next);
  };
  return (
    <>
      {chosen.length === 0 ? null : (
        <div className="panel-body panel-pad">
          <button type="button" className="button primary" onClick={() => setDeciding(chosen)}>
            {t("settlement.decideMany", { n: count(currentTongue(), chosen.length) })}
          </button>
        </div>
      )}
      <SettlementLines
        side="house"
        statement={statement}
        rows={rows}
        hand={{
          pick: (line) =>
            mayDecide(line) ? (
              <input
                type="checkbox"
                className="pick"
                aria-label={t("settlement.decideTitle", { ref: line.ref })}
                checked={picked.has(line.lineId)}
                onChange={(event) => pick(line.lineId, event.target.checked)}
              />
            ) : null,
          decide: (line) =>
            mayDecide(line) ? (
              <button type="button" className="button" onClick={() => setDeciding([line])}>
                {t("settlement.decide")}
              </button>
            ) : null,
        }}
      />
      {deciding.length === 0 ? null : (
        <DecideDialog
          base={base}
          statement={statement}
          lines={deciding}
          close={() => {
            setDeciding([]);
            setPicked(new Set());
          }}
        />
      )}
    </>
  );
}
