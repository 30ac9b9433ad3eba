import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Charge, ChargeModel } from "../../src/domain/rating/charge.ts";
import { ApiProblem, read, send } from "../api/http.ts";
import { Crumbs } from "../design/crumbs.tsx";
import { Icon } from "../design/icons.tsx";
import { Skeleton, Trouble, troubleText } from "../design/parts.tsx";
import { type ContractWords, contractWords, filled } from "../words/contracts.ts";
import { calendarDay, type Tongue, zoneName } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { ChargeCard } from "./charge-card.tsx";
import { CardChoice, cardNamed, LeftOut, NewerCard, originIn, useCards } from "./price-card.tsx";
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
  const contract = useQuery({
    queryKey: ["contracts", path],
    queryFn: ({ signal }) => read<ContractView>(path, signal),
    // What is being written here must not be replaced under the hand.
    refetchOnWindowFocus: false,
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
        <Editor key={contract.dataUpdatedAt} contract={contract.data} path={path} words={words} tongue={tongue} />
      )}
    </div>
  );
}

type EditorProps = { contract: ContractView; path: string; words: ContractWords; tongue: Tongue };

function Editor({ contract, path, words, tongue }: EditorProps) {
  const today = new Date().toISOString().slice(0, 10);
  const [draft, setDraft] = useState<DraftTerms>(() => contract.draft ?? fromInForce(contract, today));
  const period = monthBefore(today);
  const trial = useTrial(path, period, draft.charges);
  const faults = trial.problem instanceof ApiProblem ? trial.problem.fields : [];
  const cards = useCards(contract.currency);
  const card = cardNamed(cards, draft.card);
  const carded = { cards, draft, setDraft, words, tongue };
  const change = (at: number) => (next: Charge | null) =>
    setDraft({
      ...draft,
      charges: draft.charges.flatMap((one, place) => (place !== at ? [one] : next === null ? [] : [next])),
    });
  return (
    <>
      <div className="page-head">
        <h1>{contract.name[tongue]}</h1>
        <span className="quiet">
          {contract.currency} · {zoneName(tongue, contract.timeZone, Date.now())}
        </span>
      </div>
      <Actions contract={contract} path={path} words={words} tongue={tongue} carded={carded} />
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
              faults={faults
                .filter(({ path: field }) => field.startsWith(`json.charges.${at}.`))
                .map(({ message }) => message)}
              change={change(at)}
            />
          ))}
          <LeftOut {...carded} currency={contract.currency} />
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

type ActionsProps = EditorProps & { carded: Parameters<typeof CardChoice>[0] };

function Actions({ contract, path, words, tongue, carded }: ActionsProps) {
  const { draft, setDraft } = carded;
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const again = () => queries.invalidateQueries({ queryKey: ["contracts"] });
  const save = useMutation({
    mutationFn: (given: DraftTerms) => send("POST", `${path}/draft`, given),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["contracts"], exact: true }),
  });
  const discard = useMutation({ mutationFn: () => send("DELETE", `${path}/draft`), onSuccess: again });
  const publish = useMutation({
    mutationFn: (given: DraftTerms) => send<{ version: number }>("POST", `${path}/versions`, given),
    onSuccess: again,
    onSettled: () => setSure(false),
  });
  // What was said of a draft is no longer true of one that was changed since.
  const told = [save, publish].find(({ variables, error }) => variables === draft && error !== null);
  const problem = told?.error ?? discard.error;
  const fault = problem instanceof ApiProblem ? problem.fields[0]?.message : undefined;
  return (
    <div className="contract-actions">
      <label className="row small quiet">
        {words.validFrom}
        <input
          type="date"
          className="input date-input"
          value={draft.validFrom}
          onChange={(event) => setDraft({ ...draft, validFrom: event.target.value })}
        />
      </label>
      <CardChoice {...carded} />
      <button type="button" className="button" disabled={save.isPending} onClick={() => save.mutate(draft)}>
        <Icon name="check" />
        {words.save}
      </button>
      <Publish
        sure={sure}
        setSure={setSure}
        from={draft.validFrom}
        busy={publish.isPending}
        publish={() => publish.mutate(draft)}
        words={words}
        tongue={tongue}
      />
      {contract.draft === null ? null : (
        <button type="button" className="button plain" disabled={discard.isPending} onClick={() => discard.mutate()}>
          {words.discard}
        </button>
      )}
      <div role="status" className="small">
        {problem !== null ? (
          <span className="state-mark tone-alarm">
            <Icon name="triangle" />
            {fault ?? troubleText(problem, t("trouble.unreachable"))}
          </span>
        ) : save.isSuccess && save.variables === draft ? (
          <span className="state-mark tone-ready">
            <Icon name="check" />
            {words.saved}
          </span>
        ) : null}
      </div>
    </div>
  );
}

type PublishProps = {
  sure: boolean;
  setSure: (sure: boolean) => void;
  from: string;
  busy: boolean;
  publish: () => void;
  words: ContractWords;
  tongue: Tongue;
};

/** Asked twice: a published version is never taken back. */
function Publish({ sure, setSure, from, busy, publish, words, tongue }: PublishProps) {
  const { t } = useTranslation();
  if (!sure) {
    return (
      <button type="button" className="button primary" disabled={from === ""} onClick={() => setSure(true)}>
        {words.publish}
      </button>
    );
  }
  return (
    <>
      <span className="small">{filled(words.publishSure, { from: calendarDay(tongue, from) })}</span>
      <button type="button" className="button primary" disabled={busy} onClick={publish}>
        {words.publish}
      </button>
      <button type="button" className="button plain" onClick={() => setSure(false)}>
        {t("app.cancel")}
      </button>
    </>
  );
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

type VersionsProps = Omit<EditorProps, "path"> & { cards: readonly CardView[]; today: string };

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
