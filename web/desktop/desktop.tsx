import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { LinkBanner } from "../shell/age.tsx";
import { useAttention } from "./attention.ts";
import { CallBar } from "./call-bar.tsx";
import { ContactsColumn } from "./contacts-column.tsx";
import { CustomerColumn } from "./customer-column.tsx";
import { openDesk } from "./desk.ts";
import { DesktopContext, type DesktopParts, useDesk, useDesktop, usePhone, useTelephone } from "./desk-context.ts";
import { DevicePage } from "./device-page.tsx";
import { openPhone } from "./phone.ts";
import { type Action, ShortcutList, useShortcuts } from "./shortcuts.tsx";
import { StatusBar } from "./status-bar.tsx";
import { WorkColumn } from "./work-column.tsx";
import "./desktop.css";

export function Desktop() {
  const [parts, setParts] = useState<DesktopParts | null>(null);
  useEffect(() => {
    const opened = { desk: openDesk(), phone: openPhone() };
    setParts(opened);
    return () => {
      opened.desk.close();
      opened.phone.close();
    };
  }, []);
  if (parts === null) return null;
  return (
    <DesktopContext value={parts}>
      <PhoneFollowsDesk />
      <DesktopPage />
    </DesktopContext>
  );
}

/** The phone registers where the pool says this window owns it, and takes the legs of the contact that was won: a page that
 * was loaded anew in mid-call is called once more. */
function PhoneFollowsDesk() {
  const { phone } = useDesktop();
  // Calls that ring at a telephone outside need no phone here.
  const owns = useDesk((state) => state.view?.ownsPhone === true && state.view.telephone == null);
  const won = useDesk((state) => {
    const stage = state.view?.contact?.stage ?? "wrap_up";
    return stage !== "wrap_up" || state.accepting !== null;
  });
  useEffect(() => phone.own(owns), [phone, owns]);
  useEffect(() => phone.expect(won), [phone, won]);
  return null;
}

function DesktopPage() {
  const { t } = useTranslation();
  const [list, setList] = useState(false);
  const [keypad, setKeypad] = useState(false);
  const link = useDesk((state) => state.link);
  const offer = useDesk((state) => state.view?.offer ?? null);
  const busy = useDesk((state) => state.view?.contact != null || state.view?.offer != null);
  const microphone = usePhone((state) => state.microphone);
  const browser = useTelephone() === null;
  const deaf = microphone === "ask" || microphone === "refused" || microphone === "missing";
  useAttention(offer, {
    title: `${t("desktop.title")} · ${t("app.name")}`,
    flash: offer === null ? "" : t("desktop.flash", { brand: offer.brand.name }),
    body: offer?.queueName ?? "",
  });
  useShortcuts(runAction);
  return (
    <div className="desktop">
      <StatusBar openList={() => setList(true)} />
      <aside className="desktop-banners" aria-label={t("app.notices")}>
        <LinkBanner state={link} />
        <Banners />
      </aside>
      <main className={`desktop-columns ${link === "lost" ? "stale" : ""}`}>
        {browser && deaf && !busy ? (
          <DevicePage />
        ) : (
          <>
            <ContactsColumn />
            <CustomerColumn />
            <WorkColumn />
          </>
        )}
      </main>
      <CallBar keypad={keypad} toggleKeypad={() => setKeypad((on) => !on)} />
      {list ? <ShortcutList close={() => setList(false)} /> : null}
    </div>
  );
}

const REFUSALS = ["taken", "not_your_offer", "busy", "phone_elsewhere", "unknown_command"] as const;

function Banners() {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const elsewhere = useDesk((state) => state.view !== null && !state.view.ownsPhone);
  const notice = useDesk((state) => state.notice);
  const silent = usePhone((state) => state.microphone === "silent");
  const known = REFUSALS.find((code) => code === notice);
  return (
    <>
      {elsewhere ? (
        <div className="banner soft-ringing tone-ringing" data-testid="elsewhere">
          <Icon name="handset" />
          <span className="grow">{t("desktop.elsewhere")}</span>
          <button type="button" className="button" onClick={() => desk.claimPhone()}>
            {t("desktop.useHere")}
          </button>
        </div>
      ) : null}
      {silent ? (
        <div className="banner soft-idle tone-idle" data-testid="silent">
          <Icon name="micOff" />
          {t("mic.silent")}
        </div>
      ) : null}
      <div role="alert">
        {notice === null ? null : (
          <div className="banner soft-alarm tone-alarm" data-testid="notice">
            <Icon name="triangle" />
            <span className="grow">
              {notice === "no_reply"
                ? t("desktop.commandLost")
                : known === undefined
                  ? t("desktop.refused.other", { code: notice })
                  : t(`desktop.refused.${known}`)}
            </span>
            <button
              type="button"
              className="button plain square"
              aria-label={t("app.close")}
              onClick={() => desk.dismiss()}
            >
              <Icon name="cross" />
            </button>
          </div>
        )}
      </div>
    </>
  );
}

/** A shortcut does what its button or field does now; where that is off or absent, the shortcut is too. */
function runAction(action: Action): void {
  const found = [...document.querySelectorAll<HTMLElement>(`[data-shortcut="${action}"]:not(:disabled)`)].at(-1);
  if (action === "notes" || action === "disposition") found?.focus();
  else found?.click();
}
