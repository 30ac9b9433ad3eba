import { useMutation, useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Telephone,
  type TelephoneSaved,
  TelephoneSchema,
  type TelephoneView,
} from "../../src/features/routing/schema.ts";
import { ApiProblem, read, send } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { Dialog, Field, Skeleton } from "../design/parts.tsx";
import { usePhoneText } from "../design/phone-number.tsx";
import { troubleText } from "../design/said.ts";

type Agent = { readonly agentId: string; readonly name: string };

/** Where an agent's calls ring, for who runs the floor: in the browser, or at a telephone outside the house. */
export function TelephoneDialog({ agent, close }: { agent: Agent; close: () => void }) {
  const { t } = useTranslation();
  const path = `/api/agents/${agent.agentId}/telephone`;
  const [round, setRound] = useState(0);
  const found = useQuery({
    queryKey: ["agent", agent.agentId, "telephone", round],
    queryFn: ({ signal }) => read<TelephoneView>(path, signal),
    gcTime: 0,
    // What is being typed must not be replaced under the hand.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  return (
    <Dialog title={t("floor.telephoneOf", { name: agent.name })} close={close}>
      {found.isError ? (
        <p className="field-error" role="alert">
          {troubleText(found.error)}
        </p>
      ) : found.data === undefined ? (
        <Skeleton lines={4} height={24} />
      ) : (
        <TelephoneForm key={round} path={path} before={found.data} done={close} readAgain={() => setRound(round + 1)} />
      )}
    </Dialog>
  );
}

type FormProps = {
  readonly path: string;
  readonly before: TelephoneView;
  readonly done: () => void;
  readonly readAgain: () => void;
};

function TelephoneForm({ path, before, done, readAgain }: FormProps) {
  const { t } = useTranslation();
  const shown = usePhoneText();
  const [outside, setOutside] = useState(before.telephone !== null);
  const [number, setNumber] = useState<string>(before.telephone === null ? "" : shown(before.telephone.number));
  const [rings, setRings] = useState<Telephone["rings"]>(before.telephone?.rings ?? "on_accept");
  const [version, setVersion] = useState(before.version);
  const [tried, setTried] = useState(false);
  const wanted = TelephoneSchema.safeParse({ number: number.normalize("NFKC").replaceAll(/[\s()-]/g, ""), rings });
  const save = useMutation({
    mutationFn: (telephone: Telephone | null) => send<TelephoneSaved>("PUT", path, { version, telephone }),
    onSuccess: ({ agent, live }) => {
      setVersion(agent.version);
      if (live) done();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setTried(true);
    if (save.isPending) return;
    if (!outside) save.mutate(null);
    else if (wanted.success) save.mutate(wanted.data);
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <fieldset className="stack" aria-label={t("floor.telephone")}>
        {([false, true] as const).map((one) => (
          <label key={String(one)} className="row">
            <input type="radio" name="where" checked={outside === one} onChange={() => setOutside(one)} />
            {t(one ? "floor.telephoneOutside" : "floor.telephoneHere")}
          </label>
        ))}
      </fieldset>
      {outside ? (
        <OutsideFields
          number={number}
          setNumber={setNumber}
          rings={rings}
          setRings={setRings}
          bad={tried && !wanted.success}
        />
      ) : null}
      {before.differsFromFiles ? <p className="small quiet">{t("floor.telephoneFiles")}</p> : null}
      {before.changedBy === null ? null : (
        <p className="small quiet">{t("floor.telephoneBy", { who: before.changedBy })}</p>
      )}
      {save.isError ? (
        <NotSaved problem={save.error} readAgain={readAgain} />
      ) : save.data?.live === false ? (
        <p className="field-error" role="alert">
          {t("floor.telephoneNotLive")}
        </p>
      ) : null}
      <div className="row">
        <span className="grow" />
        <button type="button" className="button" onClick={done}>
          {t("app.cancel")}
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          {t("floor.telephoneSave")}
        </button>
      </div>
    </form>
  );
}

function NotSaved({ problem, readAgain }: { problem: unknown; readAgain: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="row" role="alert">
      <p className="field-error grow">
        <Icon name="triangle" />
        {troubleText(problem)}
      </p>
      {problem instanceof ApiProblem && problem.code === "changed_meanwhile" ? (
        <button type="button" className="button" onClick={readAgain}>
          <Icon name="refresh" />
          {t("app.readNewest")}
        </button>
      ) : null}
    </div>
  );
}

function OutsideFields(props: {
  number: string;
  setNumber: (number: string) => void;
  rings: Telephone["rings"];
  setRings: (rings: Telephone["rings"]) => void;
  bad: boolean;
}) {
  const { t } = useTranslation();
  return (
    <>
      <Field
        label={t("floor.telephoneNumber")}
        hint={t("floor.telephoneNumberHint")}
        error={props.bad ? t("floor.telephoneBad") : null}
      >
        {(id, note) => (
          <input
            id={id}
            className="input"
            type="tel"
            autoComplete="off"
            aria-describedby={note}
            aria-invalid={props.bad}
            value={props.number}
            onChange={(event) => props.setNumber(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("floor.telephoneRings")}>
        {(id) => (
          <select
            id={id}
            className="input"
            value={props.rings}
            onChange={(event) => props.setRings(event.target.value as Telephone["rings"])}
          >
            <option value="on_accept">{t("floor.telephoneOnAccept")}</option>
            <option value="at_once">{t("floor.telephoneAtOnce")}</option>
          </select>
        )}
      </Field>
    </>
  );
}
