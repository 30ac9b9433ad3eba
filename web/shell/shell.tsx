import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { hasRole, type RoleName, type Session, sessionQuery } from "../api/session.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { MeMenu, Preferences } from "./preferences.tsx";
import "./shell.css";

type Place = {
  to: string;
  icon: IconName;
  word:
    | "spend"
    | "desktop"
    | "floor"
    | "queues"
    | "today"
    | "contacts"
    | "invoices"
    | "billing"
    | "contracts"
    | "books"
    | "commission"
    | "settlements";
  roles: RoleName[];
  /** Pages elsewhere that belong to this place. */
  also?: readonly string[];
};

const PLACES: readonly Place[] = [
  { to: "/desktop", icon: "handset", word: "desktop", roles: ["agent"] },
  { to: "/commission", icon: "receipt", word: "commission", roles: ["agent"] },
  { to: "/floor", icon: "people", word: "floor", roles: ["supervisor", "house_admin"] },
  { to: "/queues", icon: "list", word: "queues", roles: ["supervisor", "house_admin"] },
  { to: "/portal", icon: "chart", word: "today", roles: ["tenant_admin"] },
  { to: "/portal/contacts", icon: "list", word: "contacts", roles: ["tenant_admin"] },
  { to: "/portal/queues", icon: "people", word: "queues", roles: ["tenant_admin"] },
  { to: "/portal/spend", icon: "wallet", word: "spend", roles: ["tenant_admin"] },
  { to: "/portal/invoices", icon: "receipt", word: "invoices", roles: ["tenant_admin"] },
  { to: "/portal/settlements", icon: "scale", word: "settlements", roles: ["tenant_admin"] },
  { to: "/billing", icon: "receipt", word: "billing", roles: ["billing_admin", "house_admin"] },
  { to: "/contracts", icon: "paper", word: "contracts", roles: ["billing_admin", "house_admin"] },
  {
    to: "/billing/ledger",
    icon: "book",
    word: "books",
    roles: ["billing_admin", "house_admin"],
    also: ["/billing/margin", "/billing/commission", "/billing/settlement"],
  },
];

export function placesOf(session: Session): readonly Place[] {
  return PLACES.filter((place) => hasRole(session, ...place.roles));
}

/** Where a page belongs: the place whose address is the longest beginning of the page's. */
export function placeAt(places: readonly Place[], path: string): Place | null {
  let best: Place | null = null;
  let length = 0;
  for (const place of places) {
    for (const at of [place.to, ...(place.also ?? [])]) {
      if (at.length > length && (path === at || path.startsWith(`${at}/`))) [best, length] = [place, at.length];
    }
  }
  return best;
}

/** The frame of every page but the agent desktop: the role decides what stands in the side bar. */
export function Shell() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const path = useLocation({ select: ({ pathname }) => pathname });
  if (!session) return null;
  const places = placesOf(session);
  const here = placeAt(places, path);
  const tenant = session.roles.find((held) => held.role === "tenant_admin")?.tenantName;
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t("app.skip")}
      </a>
      <header className="shell-bar">
        <span className="shell-name">
          <img src="/mark.svg" alt="" width="22" height="22" />
          {t("app.name")}
        </span>
        {tenant ? <span className="clip quiet">{tenant}</span> : null}
        <span className="grow" />
        <Preferences />
        <MeMenu session={session} />
      </header>
      <nav className="shell-side" aria-label={t("app.navigation")}>
        {places.map((place) => (
          <Link
            key={place.to}
            to={place.to}
            className={place === here ? "shell-link here" : "shell-link"}
            aria-current={place === here ? "page" : undefined}
            activeOptions={{ exact: true }}
          >
            <Icon name={place.icon} />
            {t(`app.${place.word}`)}
          </Link>
        ))}
        <span className="grow" />
        <a className="shell-link" href="/docs" target="_blank" rel="noreferrer">
          <Icon name="code" />
          {t("app.reference")}
        </a>
      </nav>
      <main id="content" className="shell-main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
