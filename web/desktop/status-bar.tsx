import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "../api/session.ts";
import { Icon } from "../design/icons.tsx";
import { BrandMark, brandStyle, isReason, MenuButton, StateMark } from "../design/parts.tsx";
import { Elapsed } from "../live/timers.tsx";
import { Age } from "../shell/age.tsx";
import { MeMenu, Preferences } from "../shell/preferences.tsx";
import { placesOf } from "../shell/shell.tsx";
import { type NotReadyReason, shownState } from "./desk.ts";
import { useCanAct, useDesk, useDesktop, usePhoneWorks } from "./desk-context.ts";

const CHOSEN_REASONS: readonly NotReadyReason[] = ["break", "lunch", "training", "meeting", "after_work"];

export function StatusBar({ openList }: { openList: () => void }) {
  const { t } = useTranslation();
  const stale = useDesk((state) => state.link !== "live");
  const { data: session } = useQuery(sessionQuery);
  return (
    <header className="status-bar">
      <h1 className="unseen">{t("desktop.title")}</h1>
      <StateMenu />
      <NextState />
      <Brands />
      <span className={stale ? "stale grow" : "grow"}>
        <QueueFigures />
      </span>
      <LinkAge />
      <button
        type="button"
        className="button plain square"
        data-shortcut="list"
        aria-label={t("shortcuts.list")}
        title={t("shortcuts.list")}
        onClick={openList}
      >
        <Icon name="help" />
      </button>
      <Preferences />
      {session ? (
        <MeMenu session={session}>
          <NotificationItem />
          {placesOf(session)
            .filter((place) => place.to !== "/desktop")
            .map((place) => (
              <Link key={place.to} to={place.to} className="menu-item">
                <Icon name={place.icon} />
                {t(`app.${place.word}`)}
              </Link>
            ))}
        </MeMenu>
      ) : null}
    </header>
  );
}

function StateMenu() {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const shown = useDesk((state) => shownState(state)?.state ?? null);
  const reason = useDesk((state) => shownState(state)?.reason ?? null);
  const since = useDesk((state) => state.view?.since ?? null);
  const canAct = useCanAct();
  const works = usePhoneWorks();
  const stale = useDesk((state) => state.link !== "live");
  if (shown === null) return <span className="bone state-bone" />;
  return (
    <MenuButton
      name={t("desktop.state")}
      className={`button state-button ${stale ? "stale" : ""}`}
      disabled={!canAct}
      label={
        <>
          <StateMark state={shown} reason={reason} />
          {since === null ? null : <Elapsed since={since} />}
        </>
      }
    >
      <button
        type="button"
        className="menu-item"
        data-shortcut="saveReady"
        disabled={!works || !canAct}
        onClick={() => void desk.choose({ to: "ready", reason: null })}
      >
        <StateMark state="ready" />
      </button>
      <hr />
      {CHOSEN_REASONS.map((one) => (
        <button
          key={one}
          type="button"
          className="menu-item"
          {...(one === "break" ? { "data-shortcut": "saveBreak" } : {})}
          disabled={!canAct}
          onClick={() => void desk.choose({ to: "not_ready", reason: one })}
        >
          <StateMark state="not_ready" reason={one} />
        </button>
      ))}
      <hr />
      <button type="button" className="menu-item" onClick={() => void desk.choose({ to: "off_shift", reason: null })}>
        <StateMark state="off_shift" />
      </button>
    </MenuButton>
  );
}

function NextState() {
  const { t } = useTranslation();
  const { desk } = useDesktop();
  const next = useDesk((state) => state.view?.nextState ?? null);
  const chosen = useDesk((state) =>
    state.view !== null && (state.view.contact !== null || state.view.offer !== null) ? state.choosing : null,
  );
  const canAct = useCanAct();
  const shown = chosen ?? next;
  return (
    <span className="row status-part" data-testid="next-state">
      <span className="quiet small">{t("desktop.next")}</span>
      {shown === null ? (
        <span className="quiet">{t("desktop.nextNone")}</span>
      ) : (
        <>
          <StateMark state={shown.to} reason={isReason(shown.reason) ? shown.reason : null} />
          <button
            type="button"
            className="button plain square"
            aria-label={t("desktop.cancelNext")}
            title={t("desktop.cancelNext")}
            disabled={!canAct}
            onClick={() => desk.cancelNext()}
          >
            <Icon name="cross" />
          </button>
        </>
      )}
    </span>
  );
}

const BRANDS_SHOWN = 3;

function Brands() {
  const { t } = useTranslation();
  const brands = useDesk((state) => state.view?.brands ?? null);
  if (brands === null) return null;
  // A dot per brand keeps the bar short; the names are one click away and read out as one list.
  return (
    <MenuButton
      name={`${t("desktop.brands")}: ${brands.map((brand) => brand.name).join(", ")}`}
      label={
        <>
          <span className="small quiet brands-word">{t("desktop.brands")}</span>
          <span className="row brand-dots">
            {brands.slice(0, BRANDS_SHOWN).map((brand) => (
              <span key={brand.id} className="brand-dot" style={brandStyle(brand.color)} />
            ))}
            {brands.length > BRANDS_SHOWN ? <span className="small">+{brands.length - BRANDS_SHOWN}</span> : null}
          </span>
        </>
      }
    >
      {brands.map((brand) => (
        <div key={brand.id} className="menu-item">
          <BrandMark name={brand.name} color={brand.color} />
        </div>
      ))}
    </MenuButton>
  );
}

function QueueFigures() {
  const { t } = useTranslation();
  const waiting = useDesk((state) => state.queue?.waiting ?? 0);
  const since = useDesk((state) => state.queue?.longestSince ?? null);
  const live = useDesk((state) => state.queue !== null);
  if (!live) return null;
  return (
    <span className="row status-part" data-testid="queue">
      <Icon name="list" />
      <span className="small quiet">{t("desktop.queue")}</span>
      {waiting === 0 ? (
        <span className="quiet">{t("desktop.nobodyWaits")}</span>
      ) : (
        <span className="nowrap">
          <strong>{t("desktop.waiting", { n: String(waiting) })}</strong>
          {since === null ? null : (
            <span className="quiet">
              {" · "}
              {t("desktop.longest")}
              <Elapsed since={since} />
            </span>
          )}
        </span>
      )}
    </span>
  );
}

function LinkAge() {
  const link = useDesk((state) => state.link);
  const heardAt = useDesk((state) => state.heardAt);
  return <Age at={heardAt} state={link} />;
}

function NotificationItem() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  if (permission === "default") {
    return (
      <button
        type="button"
        className="menu-item"
        onClick={() => void Notification.requestPermission().then(setPermission)}
      >
        <Icon name="bell" />
        {t("desktop.notify")}
      </button>
    );
  }
  return (
    <div className="menu-item small quiet" data-testid="notify">
      <Icon name="bell" />
      <span>{t(permission === "granted" ? "desktop.notifyOn" : "desktop.notifyRefused")}</span>
    </div>
  );
}
