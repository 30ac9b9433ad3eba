import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Charge, ChargeModel } from "../../src/domain/rating/charge.ts";
import { ApiProblem, read } from "../api/http.ts";
import { Crumbs } from "../design/crumbs.tsx";
import { Icon } from "../design/icons.tsx";
import { Skeleton, Trouble } from "../design/parts.tsx";
import { useUnsaved } from "../design/unsaved.tsx";
import { type ContractWords, contractWords, filled } from "../words/contracts.ts";
import { calendarDay, type Tongue, zoneName } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { ContractActions } from "./actions.tsx";
import { ChargeCard } from "./charge-card.tsx";
import { termFaults } from "./fields.ts";
import { lossesOf } from "./losses.ts";
import { cardNamed, LeftOut, NewerCard, originIn, useCards } from "./price-card.tsx";
import type { CardView, ContractView, DraftTerms } from "./shapes.ts";
import { MODELS, newCharge } from "./templates.ts";
import { TrialPanel, useTrial } from "./trial.tsx";
import "./contracts.css";

/** A contract's terms as cards in plain words, with last month worked out beside them while they are written. */
export function ContractEditorPage() {
  const { t } = useTranslation();
  const { tenantId = "", contractId = "" } = useParams({ strict: false });
  const tongue = currentTongue();
  const words = contractWords(tongue);
  const path = `/api/billing/tenants/${tenantId}/contracts/${contractId}`;
  const [round, setRound] = useState(0);
  const contract = useQuery({
    queryKey: ["contract", path, round],
    queryFn: ({ signal }) => read<ContractView>(path, signal),
    // What is being written here must not be replaced under the hand: it is read again only when the writer asks.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  useEffect(() => {
    document.title = `${words.title} · ${t("app.name")}`;
  }, [words, t]);
  return (
    <div className="page">
      <Crumbs
        items={[
          { key: "all", item: <Link to="/contracts">{words.title}</Link> },
          { key: "one", item: contract.data?.name[tongue] ?? words.terms },
        ]}
      />
      {contract.isPending ? (
        <Skeleton lines={10} height={20} />
      ) : contract.isError ? (
        <Trouble problem={contract.error} retry={() => void contract.refetch()} />
      ) : (
        <Editor
          key={round}
          contract={contract.data}
          path={path}
          words={words}
          tongue={tongue}
          readAgain={() => setRound(round + 1)}
        />
      )}
    </div>
  );
}

type EditorProps = {
  contract: ContractView;
  path: string;
  words: ContractWords;
  tongue: Tongue;
  readAgain: () => void;
};

function Editor({ contract, path, words, tongue, readAgain }: EditorProps) {
  const today = new Date().toISOString().slice(0, 10);
  const [draft, setDraft] = useState<DraftTerms>(() => draftAtFirst(contract, today));
  const [kept, setKept] = useState(draft);
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  const noteUnread = useCallback(
    (code: string, isUnread: boolean) => setUnread((before) => withMember(before, code, isUnread)),
    [],
  );
  const period = monthBefore(today);
  const trial = useTrial(path, period, draft.charges);
  const faults = trial.problem instanceof ApiProblem ? trial.problem.fields : [];
  const cards = useCards(contract.currency);
  const card = cardNamed(cards, draft.card);
  const carded = { cards, draft, setDraft, words, tongue, currency: contract.currency, unread };
  const leaving = useUnsaved(() => lossesOf(carded, kept));
  const change = (at: number) => (next: Charge | null) =>
    setDraft({
      ...draft,
      charges: draft.charges.flatMap((one, place) => (place !== at ? [one] : next === null ? [] : [next])),
    });
  return (
    <>
      <Head contract={contract} tongue={tongue} />
      <ContractActions
        contract={contract}
        path={path}
        words={words}
        tongue={tongue}
        carded={carded}
        inForce={fromInForce(contract, today)}
        kept={kept}
        setKept={setKept}
        readAgain={readAgain}
      />
      {leaving}
      <div className="contract-grid">
        <section className="terms" aria-label={words.terms}>
          <NewerCard {...carded} />
          {draft.charges.map((charge, at) => (
            <ChargeCard
              key={charge.code}
              charge={charge}
              currency={contract.currency}
              words={words}
              tongue={tongue}
              origin={originIn(card, charge)}
              faults={termFaults(faults, at)}
              change={change(at)}
              unread={noteUnread}
            />
          ))}
          <LeftOut {...carded} />
          <AddTerm
            words={words}
            add={(model) => setDraft({ ...draft, charges: [...draft.charges, added(model, draft.charges)] })}
          />
        </section>
        <div className="contract-side">
          <TrialPanel trial={trial} period={period} words={words} tongue={tongue} />
          <Versions contract={contract} cards={cards} words={words} tongue={tongue} today={today} />
        </div>
      </div>
    </>
  );
}

function Head({ contract, tongue }: Pick<EditorProps, "contract" | "tongue">) {
  return (
    <div className="page-head">
      <h1>{contract.name[tongue]}</h1>
      <span className="quiet">
        {contract.currency} · {zoneName(tongue, contract.timeZone, Date.now())}
      </span>
    </div>
  );
}

function withMember(set: ReadonlySet<string>, member: string, isIn: boolean): ReadonlySet<string> {
  if (set.has(member) === isIn) return set;
  return new Set(isIn ? [...set, member] : [...set].filter((one) => one !== member));
}

/** The draft that was kept, or what is in force, from the next first of a month on. */
function draftAtFirst(contract: ContractView, today: string): DraftTerms {
  if (contract.draft === null) return fromInForce(contract, today);
  const { validFrom, charges, card } = contract.draft;
  return { validFrom, charges, card };
}

function added(model: ChargeModel, charges: readonly Charge[]): Charge {
  const name = { zh: contractWords("zh").models[model], en: contractWords("en").models[model] };
  return newCharge(
    model,
    charges.map(({ code }) => code),
    name,
  );
}

function fromInForce(contract: ContractView, today: string): DraftTerms {
  const inForce = contract.versions.find(({ from }) => from <= today) ?? contract.versions[0];
  const newest = contract.versions[0];
  const next = firstOfNextMonth(newest !== undefined && newest.from > today ? newest.from : today);
  return { validFrom: next, charges: inForce?.charges ?? [], card: inForce?.card ?? null };
}

function firstOfNextMonth(date: string): string {
  const at = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + 1);
  return at.toISOString().slice(0, 10);
}

function monthBefore(today: string): string {
  const at = new Date(`${today.slice(0, 7)}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() - 1);
  return at.toISOString().slice(0, 7);
}

function AddTerm({ words, add }: { words: ContractWords; add: (model: ChargeModel) => void }) {
  const [model, setModel] = useState<ChargeModel>("unit");
  return (
    <div className="card term-add">
      <label className="row small quiet">
        {words.addWhat}
        <select
          className="input date-input"
          value={model}
          onChange={(event) => setModel(event.target.value as ChargeModel)}
        >
          {MODELS.map((one) => (
            <option key={one} value={one}>
              {words.models[one]}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="button" onClick={() => add(model)}>
        <Icon name="plus" />
        {words.add}
      </button>
    </div>
  );
}

type VersionsProps = Omit<EditorProps, "path" | "readAgain"> & { cards: readonly CardView[]; today: string };

function Versions({ contract, cards, words, tongue, today }: VersionsProps) {
  const day = (date: string) => calendarDay(tongue, date);
  return (
    <section className="panel" aria-labelledby="versions-title">
      <h2 id="versions-title">{words.versions}</h2>
      <ul className="panel-body panel-pad version-list">
        {contract.versions.map(({ version, from, to, source, billed, card: named, charges }) => {
          const card = cardNamed(cards, named);
          const state = from > today ? words.upcoming : to !== null && to <= today ? words.past : words.inForce;
          return (
            <li key={version}>
              <details>
                <summary>
                  <strong>{filled(words.versionOf, { n: version })}</strong>{" "}
                  {to === null
                    ? filled(words.since, { from: day(from) })
                    : filled(words.fromTo, { from: day(from), to: day(to) })}
                  <span className="small quiet">
                    {" "}
                    · {state} · {source === "file" ? words.fromFile : words.fromConsole}
                    {card === null
                      ? ""
                      : ` · ${filled(words.cardVersion, { name: card.name[tongue], n: card.version })}`}
                    {billed ? ` · ${words.billedNote}` : ""}
                  </span>
                </summary>
                {charges.map((charge) => (
                  <ChargeCard
                    key={charge.code}
                    charge={charge}
                    currency={contract.currency}
                    words={words}
                    tongue={tongue}
                    origin={originIn(card, charge)}
                    faults={[]}
                    change={null}
                  />
                ))}
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
