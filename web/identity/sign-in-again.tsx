import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, send } from "../api/http.ts";
import { type Session, sessionQuery } from "../api/session.ts";
import { settleSessionOver } from "../api/session-over.ts";
import { Dialog, Field } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";

/** The same person signs in again where they were; what they had typed is still there. Somebody else begins on a fresh page. */
export function SignInAgain() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const email = queries.getQueryData(sessionQuery.queryKey)?.user.email ?? "";
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  // After the dialog has opened, which puts the reader at its first button.
  useEffect(() => field.current?.focus(), []);
  const enter = useMutation({
    mutationFn: () => send<Session>("POST", "/api/session", { email, password }),
    onSuccess: async (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      settleSessionOver();
      // What could not be read meanwhile is read now; what was read stays, and with it what is being written there.
      await queries.refetchQueries({ predicate: ({ state }) => state.status === "error" });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setMissing(password === "");
    if (password !== "" && !enter.isPending) enter.mutate();
  };
  const refused = enter.error instanceof ApiProblem && enter.error.status === 401;
  const error = missing
    ? t("fault.missing")
    : enter.error === null
      ? null
      : refused
        ? t("signIn.wrong")
        : troubleText(enter.error);
  return (
    <Dialog title={t("signIn.againTitle")} close={settleSessionOver}>
      <form className="stack deed-form" onSubmit={submit} noValidate>
        <p className="quiet">{t("signIn.againNote")}</p>
        <Field label={t("signIn.email")}>
          {(id) => <input id={id} className="input" type="email" autoComplete="username" readOnly value={email} />}
        </Field>
        <Field label={t("signIn.password")} error={error}>
          {(id, note) => (
            <input
              ref={field}
              id={id}
              className="input"
              type="password"
              autoComplete="current-password"
              aria-describedby={note}
              aria-invalid={error !== null}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <div className="row">
          <button type="button" className="button plain" onClick={leave}>
            {t("signIn.another")}
          </button>
          <span className="grow" />
          <button type="submit" className="button primary" disabled={enter.isPending}>
            {t("signIn.submit")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What one person typed is no business of the next at this desk. */
function leave(): void {
  sessionStorage.clear();
  location.assign("/sign-in");
}
