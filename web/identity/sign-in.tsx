import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, read, send } from "../api/http.ts";
import { homeOf, type RoleName, type Session, sessionQuery } from "../api/session.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { Field, Skeleton } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { Preferences } from "../shell/preferences.tsx";
import "./sign-in.css";

type DemoSignIn = {
  readonly role: RoleName;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly tenantName?: string | null;
};

const ROLE_ICON: Record<RoleName, IconName> = {
  agent: "handset",
  supervisor: "people",
  billing_admin: "receipt",
  house_admin: "building",
  tenant_admin: "chart",
};

/** Demo accounts exist in the sandbox alone; elsewhere the house answers 404 and nothing of it is shown. */
async function demoSignIns(signal: AbortSignal): Promise<readonly DemoSignIn[] | null> {
  try {
    return (await read<{ signIns: readonly DemoSignIn[] }>("/api/demo/sign-ins", signal)).signIns;
  } catch (problem) {
    if (problem instanceof ApiProblem && (problem.status === 404 || problem.status === 403)) return null;
    throw problem;
  }
}

export function SignIn() {
  const { t } = useTranslation();
  const demo = useQuery({ queryKey: ["demo", "sign-ins"], queryFn: ({ signal }) => demoSignIns(signal), retry: false });
  const enter = useEnter();
  return (
    <div className="sign-in">
      <header className="sign-in-bar">
        <Preferences />
      </header>
      <main className="sign-in-main">
        <div className="sign-in-head">
          <img src="/mark.svg" alt="" width="44" height="44" />
          <div>
            <h1>{t("app.name")}</h1>
            <p className="quiet">{t("signIn.lead")}</p>
          </div>
        </div>
        <SignInForm enter={enter} />
        {demo.isPending ? <Skeleton lines={3} height={32} /> : null}
        {demo.data ? <DemoAccounts accounts={demo.data} enter={enter} /> : null}
      </main>
    </div>
  );
}

type Enter = ReturnType<typeof useEnter>;

function useEnter() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (credentials: { email: string; password: string }) => {
      await send("POST", "/api/session", credentials);
      return read<Session>("/api/session");
    },
    onSuccess: async (session) => {
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: homeOf(session) ?? "/" });
    },
  });
}

function SignInForm({ enter }: { enter: Enter }) {
  const { t } = useTranslation();
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get("email") ?? "").trim();
    const password = String(form.get("password") ?? "");
    setMissing(email === "" || password === "");
    if (email !== "" && password !== "") enter.mutate({ email, password });
  };
  const problem = enter.error;
  const refused = problem instanceof ApiProblem && (problem.status === 401 || problem.status === 400);
  const error = missing
    ? t("signIn.missing")
    : problem === null
      ? null
      : refused
        ? t("signIn.wrong")
        : troubleText(problem);
  return (
    <form className="card stack" onSubmit={submit} noValidate aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">{t("signIn.title")}</h2>
      <Field label={t("signIn.email")}>
        {(id) => <input id={id} className="input" name="email" type="email" autoComplete="username" />}
      </Field>
      <Field label={t("signIn.password")} error={error}>
        {(id, note) => (
          <input
            id={id}
            className="input"
            name="password"
            type="password"
            autoComplete="current-password"
            aria-describedby={note}
            aria-invalid={error !== null}
          />
        )}
      </Field>
      <button type="submit" className="button primary large" disabled={enter.isPending}>
        {t("signIn.submit")}
      </button>
    </form>
  );
}

function DemoAccounts({ accounts, enter }: { accounts: readonly DemoSignIn[]; enter: Enter }) {
  const { t } = useTranslation();
  return (
    <section className="card stack" aria-labelledby="demo-title">
      <div className="row">
        <h2 id="demo-title" className="grow">
          {t("signIn.demo")}
        </h2>
        <span className="pill soft-ringing tone-ringing">{t("app.sandbox")}</span>
      </div>
      <p className="small quiet">{accounts.length === 0 ? t("signIn.demoEmpty") : t("signIn.demoLead")}</p>
      <ul className="demo-list">
        {accounts.map((account) => (
          <li key={account.email}>
            <button
              type="button"
              className="button demo-account"
              disabled={enter.isPending}
              onClick={() => enter.mutate({ email: account.email, password: account.password })}
            >
              <Icon name={ROLE_ICON[account.role] ?? "person"} />
              <span className="demo-words">
                <span>{t(`role.${account.role}`)}</span>
                <span className="small quiet">{[account.tenantName, account.name].filter(Boolean).join(" · ")}</span>
              </span>
            </button>
          </li>
        ))}
        <li>
          <Link className="button demo-account" to="/phone">
            <Icon name="keypad" />
            <span className="demo-words">
              <span>{t("signIn.phone")}</span>
              <span className="small quiet">{t("signIn.phoneHint")}</span>
            </span>
          </Link>
        </li>
      </ul>
    </section>
  );
}
