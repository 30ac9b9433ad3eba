import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api/http.ts";
import type { Session } from "../api/session.ts";
import { Icon } from "../design/icons.tsx";
import { leftNot, mayLeave } from "../design/leaving.ts";
import { Dialog, MenuButton } from "../design/parts.tsx";
import { troubleText } from "../design/said.ts";
import { changeTongue, currentTongue } from "../words/words.ts";
import { changeTheme, currentTheme } from "./theme.ts";

/** Language and appearance: both change in place, so route and input stay. */
export function Preferences() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === "dark" ? "light" : "dark";
  const tongue = currentTongue() === "zh" ? "en" : "zh";
  return (
    <>
      <button
        type="button"
        className="button plain"
        lang={tongue === "en" ? "en" : "zh-CN"}
        onClick={() => void changeTongue(tongue)}
      >
        {t("app.switchTo")}
      </button>
      <button
        type="button"
        className="button plain square"
        aria-label={`${t("app.theme")}: ${t(`app.${other}`)}`}
        title={t(`app.${other}`)}
        onClick={() => {
          changeTheme(other);
          setTheme(other);
        }}
      >
        <Icon name={other === "dark" ? "moon" : "sun"} />
      </button>
    </>
  );
}

export function MeMenu({ session, children }: { session: Session; children?: ReactNode }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leaving = useMutation({
    mutationFn: () => send("DELETE", "/api/session"),
    onSuccess: async () => {
      // What one person typed is no business of the next at this desk.
      sessionStorage.clear();
      queries.clear();
      await navigate({ to: "/sign-in" });
    },
    onError: leftNot,
  });
  const signOut = async (): Promise<void> => {
    if (await mayLeave()) leaving.mutate();
  };
  return (
    <>
      {leaving.isError ? (
        <StillIn problem={leaving.error} again={() => void signOut()} close={() => leaving.reset()} />
      ) : null}
      <MenuButton
        name={t("app.me")}
        label={
          <>
            <Icon name="person" />
            <span className="clip me-name">{session.user.name}</span>
          </>
        }
      >
        <div className="me-card">
          <strong>{session.user.name}</strong>
          <span className="small quiet">{session.user.email}</span>
          <span className="small quiet">
            {[...new Set(session.roles.map((held) => t(`role.${held.role}`)))].join(" · ")}
          </span>
        </div>
        <hr />
        {children}
        <button type="button" className="menu-item" onClick={() => void signOut()}>
          <Icon name="exit" />
          {t("app.signOut")}
        </button>
      </MenuButton>
    </>
  );
}

/** The house did not hear of it: the session lives, and whoever comes to this desk next would go on in this person's name. */
function StillIn({ problem, again, close }: { problem: unknown; again: () => void; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("app.stillIn")} close={close}>
      <p role="alert">{troubleText(problem)}</p>
      <p>{t("app.stillInHint")}</p>
      <div className="row">
        <span className="grow" />
        <button type="button" className="button primary" onClick={again}>
          <Icon name="exit" />
          {t("app.signOut")}
        </button>
      </div>
    </Dialog>
  );
}
