import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isLocalDate } from "../../src/domain/kernel/calendar-days.ts";
import { ApiProblem, type FieldFault, send } from "../api/http.ts";
import { AskLoss, AskNewest, type Loss } from "../design/ask.tsx";
import { DateField } from "../design/date-field.tsx";
import { Icon } from "../design/icons.tsx";
import { faultText, troubleText } from "../design/said.ts";
import { type ContractWords, filled } from "../words/contracts.ts";
import { calendarDay, type Tongue } from "../words/format.ts";
import { CardChoice } from "./card-choice.tsx";
import { lossesOf } from "./losses.ts";
import type { Carded } from "./price-card.tsx";
import type { ContractView, DraftTerms } from "./shapes.ts";

type Props = {
  readonly contract: ContractView;
  readonly path: string;
  readonly words: ContractWords;
  readonly tongue: Tongue;
  readonly carded: Carded;
  /** What the page begins with where no draft was kept. */
  readonly inForce: DraftTerms;
  /** What the house has of the draft. */
  readonly kept: DraftTerms;
  readonly setKept: (kept: DraftTerms) => void;
  readonly readAgain: () => void;
};

/** What the writer has seen: two people at one contract do not overwrite each other. */
type Seen = { readonly draftAt: number | null; readonly version: number };

function useDeeds({ contract, path, setKept, readAgain }: Props) {
  const queries = useQueryClient();
  const [seen, setSeen] = useState<Seen>(() => ({
    draftAt: contract.draft?.savedAt ?? null,
    version: contract.versions[0]?.version ?? 0,
  }));
  const again = async (): Promise<void> => {
    readAgain();
    await queries.invalidateQueries({ queryKey: ["contracts"] });
  };
  const save = useMutation({
    mutationFn: (given: DraftTerms) => send<{ savedAt: number }>("POST", `${path}/draft`, { ...given, seen }),
    onSuccess: ({ savedAt }, given) => {
      setKept(given);
      setSeen({ ...seen, draftAt: savedAt });
      return queries.invalidateQueries({ queryKey: ["contracts"], exact: true });
    },
  });
  const discard = useMutation({
    mutationFn: () => send("DELETE", `${path}/draft?seen=${seen.draftAt ?? 0}`),
    onSuccess: again,
  });
  const publish = useMutation({
    mutationFn: (given: DraftTerms) => send<{ version: number }>("POST", `${path}/versions`, { ...given, seen }),
    onSuccess: again,
  });
  return { save, discard, publish, hasDraft: seen.draftAt !== null };
}

/** From when, of what card, kept or published; and what stands in the way of it. */
export function ContractActions(props: Props) {
  const { words, tongue, carded, inForce, kept, readAgain } = props;
  const { draft, setDraft } = carded;
  const isUnread = carded.unread.size > 0;
  const [sure, setSure] = useState(false);
  const { save, discard, publish, hasDraft } = useDeeds(props);
  // What was said of a draft is no longer true of one that was changed since.
  const told = [save, publish].find(({ variables, error }) => variables === draft && error !== null);
  const problem = told?.error ?? discard.error;
  const isOvertaken = problem instanceof ApiProblem && problem.code === "changed_meanwhile";
  const dayFault = fieldsOf(problem).find(({ path: at }) => at === "json.validFrom");
  const isReady = !isUnread && isLocalDate(draft.validFrom) && !save.isPending && !publish.isPending;
  return (
    <>
      {isOvertaken ? <Overtaken words={words} losses={() => lossesOf(carded, kept)} readAgain={readAgain} /> : null}
      <div className="contract-actions">
        <DateField
          label={words.validFrom}
          value={draft.validFrom}
          error={dayFault === undefined ? null : dayFaultText(dayFault, tongue)}
          change={(validFrom) => setDraft({ ...draft, validFrom })}
        />
        <CardChoice {...carded} />
        <button type="button" className="button" disabled={!isReady} onClick={() => save.mutate(draft)}>
          <Icon name="check" />
          {words.save}
        </button>
        <Publish
          sure={sure}
          setSure={setSure}
          from={draft.validFrom}
          ready={isReady}
          publish={() => publish.mutate(draft, { onSettled: () => setSure(false) })}
          words={words}
          tongue={tongue}
        />
        {hasDraft ? (
          <Discard
            words={words}
            losses={() => lossesOf(carded, inForce)}
            pending={discard.isPending}
            discard={() => discard.mutate()}
          />
        ) : null}
        <div role="status" className="small">
          {isUnread ? (
            <Said good={false} text={words.dataFirst} />
          ) : problem !== null && !isOvertaken && dayFault === undefined ? (
            <Said good={false} text={troubleText(problem)} />
          ) : save.isSuccess && save.variables === draft ? (
            <Said good text={words.saved} />
          ) : null}
        </div>
      </div>
    </>
  );
}

function fieldsOf(problem: unknown): readonly FieldFault[] {
  return problem instanceof ApiProblem ? problem.fields : [];
}

/** A day that the house names is read in the reader's own way. */
function dayFaultText(fault: FieldFault, tongue: Tongue): string {
  const limit = String(fault.rule?.limit ?? "");
  return isLocalDate(limit)
    ? faultText({ ...fault, rule: { is: fault.rule?.is ?? "", limit: calendarDay(tongue, limit) } })
    : faultText(fault);
}

function Said({ good, text }: { readonly good: boolean; readonly text: string }) {
  return (
    <span className={`state-mark tone-${good ? "ready" : "alarm"}`}>
      <Icon name={good ? "check" : "triangle"} />
      {text}
    </span>
  );
}

type Losing = Pick<Props, "words"> & { readonly losses: () => readonly Loss[] };

function Overtaken({ words, losses, readAgain }: Losing & Pick<Props, "readAgain">) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<readonly Loss[] | null>(null);
  const newest = () => (losses().length === 0 ? readAgain() : setAsked(losses()));
  return (
    <>
      <p className="banner soft-ringing" role="alert">
        <Icon name="triangle" />
        <span className="grow">{words.overtaken}</span>
        <button type="button" className="button" onClick={newest}>
          <Icon name="refresh" />
          {t("app.readNewest")}
        </button>
      </p>
      {asked === null ? null : <AskNewest losses={asked} take={readAgain} close={() => setAsked(null)} />}
    </>
  );
}

type DiscardProps = Losing & { readonly pending: boolean; readonly discard: () => void };

/** Asked twice: a draft that was thrown away is nowhere. */
function Discard({ words, losses, pending, discard }: DiscardProps) {
  const [asked, setAsked] = useState<readonly Loss[] | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <button type="button" className="button plain" disabled={pending} onClick={() => setAsked(losses())}>
        {words.discard}
      </button>
      {asked === null ? null : (
        <AskLoss
          title={words.discardTitle}
          note={asked.length === 0 ? words.discardSame : words.discardNote}
          losses={asked}
          close={close}
          deed={words.discard}
          disabled={pending}
          act={() => {
            close();
            discard();
          }}
        />
      )}
    </>
  );
}

type PublishProps = {
  readonly sure: boolean;
  readonly setSure: (sure: boolean) => void;
  readonly from: string;
  readonly ready: boolean;
  readonly publish: () => void;
  readonly words: ContractWords;
  readonly tongue: Tongue;
};

/** Asked twice: a published version is never taken back. */
function Publish({ sure, setSure, from, ready, publish, words, tongue }: PublishProps) {
  const { t } = useTranslation();
  if (!sure || from === "") {
    return (
      <button type="button" className="button primary" disabled={!ready} onClick={() => setSure(true)}>
        {words.publish}
      </button>
    );
  }
  return (
    <>
      <span className="small">{filled(words.publishSure, { from: calendarDay(tongue, from) })}</span>
      <button type="button" className="button primary" disabled={!ready} onClick={publish}>
        {words.publish}
      </button>
      <button type="button" className="button plain" onClick={() => setSure(false)}>
        {t("app.cancel")}
      </button>
    </>
  );
}
