import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  redirect,
} from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "./api/http.ts";
import { queryClient } from "./api/query-client.ts";
import { homeOf, type RoleName, sessionQuery } from "./api/session.ts";
import { PlainState, Skeleton, Trouble } from "./design/parts.tsx";
import { SessionOver } from "./identity/session-over.tsx";
import { page, WORDS } from "./page.ts";
import { Allowed } from "./shell/allowed.tsx";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: () => (
    <>
      <Outlet />
      <SessionOver />
    </>
  ),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: page(() => import("./identity/sign-in.tsx"), "SignIn", ["identity"]),
});
const phone = createRoute({
  getParentRoute: () => root,
  path: "/phone",
  component: page(() => import("./phone/phone-page.tsx"), "PhonePage", ["desktop", "phone"]),
});

/** Everything below needs somebody signed in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: "/sign-in" });
  },
  component: Outlet,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    const to = session === null ? "/sign-in" : homeOf(session);
    if (to !== null) throw redirect({ to });
  },
  component: () => {
    const { t } = useTranslation();
    return <PlainState page icon="lock" title={t("trouble.noPermission")} hint={t("trouble.noRole")} />;
  },
});

/** The page of one role: the gate stands here, so that no page can be reached around it. */
function gated(roles: readonly RoleName[]) {
  return () => (
    <Allowed roles={roles}>
      <Outlet />
    </Allowed>
  );
}

/** Those of the named places in an address that hold a text. */
function texts<Name extends string>(search: Record<string, unknown>, ...names: readonly Name[]) {
  const given = names.filter((name) => typeof search[name] === "string" && search[name] !== "");
  return Object.fromEntries(given.map((name) => [name, search[name]])) as { [name in Name]?: string };
}
const agents = createRoute({ getParentRoute: () => inside, id: "agents", component: gated(["agent"]) });
const desktop = createRoute({
  getParentRoute: () => agents,
  path: "/desktop",
  component: page(() => import("./desktop/desktop.tsx"), "Desktop", ["desktop"]),
});

const shell = createRoute({
  getParentRoute: () => inside,
  id: "shell",
  component: page(() => import("./shell/shell.tsx"), "Shell", []),
});
/** An agent's own pages that are not the desk. */
const sellers = createRoute({ getParentRoute: () => shell, id: "sellers", component: gated(["agent"]) });
const ownCommission = createRoute({
  getParentRoute: () => sellers,
  path: "/commission",
  validateSearch: (search: Record<string, unknown>) => texts(search, "statement"),
  component: page(() => import("./books/own-commission-page.tsx"), "OwnCommissionPage", WORDS.BOOKS),
});
const supervisors = createRoute({
  getParentRoute: () => shell,
  id: "supervisors",
  component: gated(["supervisor", "house_admin"]),
});
const floor = createRoute({
  getParentRoute: () => supervisors,
  path: "/floor",
  validateSearch: (search: Record<string, unknown>) => ({
    ...(typeof search.state === "string" ? { state: search.state } : {}),
    ...(search.sort === "name" || search.sort === "time" ? { sort: search.sort as "name" | "time" } : {}),
    ...(search.wall === true ? { wall: true } : {}),
  }),
  component: page(() => import("./floor/floor-page.tsx"), "FloorPage", ["floor"]),
});

const queues = createRoute({
  getParentRoute: () => supervisors,
  path: "/queues",
  component: page(() => import("./queues/queues-page.tsx"), "QueuesPage", WORDS.QUEUES),
});
const queueEditor = createRoute({
  getParentRoute: () => supervisors,
  path: "/queues/$tenantId/$queueId",
  component: page(() => import("./queues/editor-page.tsx"), "QueueEditorPage", WORDS.QUEUES),
});
const routedContact = createRoute({
  getParentRoute: () => supervisors,
  path: "/floor/contacts/$tenantId/$contactId",
  component: page(() => import("./queues/routed-contact-page.tsx"), "RoutedContactPage", WORDS.STORY),
});

const clients = createRoute({ getParentRoute: () => shell, id: "clients", component: gated(["tenant_admin"]) });
const today = createRoute({
  getParentRoute: () => clients,
  path: "/portal",
  component: page(() => import("./portal/today-page.tsx"), "TodayPage", WORDS.PORTAL),
});
const contacts = createRoute({
  getParentRoute: () => clients,
  path: "/portal/contacts",
  validateSearch: (search: Record<string, unknown>) => ({
    ...(typeof search.q === "string" && search.q !== "" ? { q: search.q } : {}),
    ...(typeof search.outcome === "string" && search.outcome !== "" ? { outcome: search.outcome } : {}),
    ...texts(search, "from", "to"),
  }),
  component: page(() => import("./portal/contacts-page.tsx"), "ContactsPage", WORDS.PORTAL),
});
const contact = createRoute({
  getParentRoute: () => clients,
  path: "/portal/contacts/$contactId",
  component: page(() => import("./portal/contact-page.tsx"), "PortalContactPage", WORDS.STORY),
});
const ownQueues = createRoute({
  getParentRoute: () => clients,
  path: "/portal/queues",
  component: page(() => import("./queues/own-queues-page.tsx"), "OwnQueuesPage", WORDS.QUEUES),
});
const spend = createRoute({
  getParentRoute: () => clients,
  path: "/portal/spend",
  component: page(() => import("./money/spend-page.tsx"), "SpendPage", WORDS.MONEY),
});
const invoices = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices",
  component: page(() => import("./billing/portal-pages.tsx"), "PortalInvoicesPage", WORDS.STORY),
});
const invoice = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId",
  component: page(() => import("./billing/portal-pages.tsx"), "PortalInvoicePage", WORDS.STORY),
});
const line = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId/lines/$lineId",
  component: page(() => import("./billing/portal-pages.tsx"), "PortalLinePage", WORDS.STORY),
});
const ownComparison = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId/comparison",
  validateSearch: (search: Record<string, unknown>) => texts(search, "with"),
  component: page(() => import("./money/compare-pages.tsx"), "PortalComparePage", WORDS.MONEY),
});
const lineContact = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId/lines/$lineId/contacts/$contactId",
  component: page(() => import("./billing/portal-pages.tsx"), "PortalLineContactPage", WORDS.STORY),
});
const ownSettlement = createRoute({
  getParentRoute: () => clients,
  path: "/portal/settlements",
  validateSearch: (search: Record<string, unknown>) => texts(search, "statement"),
  component: page(() => import("./books/own-settlement-page.tsx"), "OwnSettlementPage", WORDS.BOOKS),
});

const billers = createRoute({
  getParentRoute: () => shell,
  id: "billers",
  component: gated(["billing_admin", "house_admin"]),
});
const billing = createRoute({
  getParentRoute: () => billers,
  path: "/billing",
  validateSearch: (search: Record<string, unknown>) =>
    typeof search.period === "string" && /^\d{4}-\d{2}$/.test(search.period) ? { period: search.period } : {},
  component: page(() => import("./billing/house-pages.tsx"), "BillingPage", WORDS.STORY),
});
const exceptions = createRoute({
  getParentRoute: () => billers,
  path: "/billing/exceptions",
  component: page(() => import("./invoicing/exceptions-page.tsx"), "ExceptionsPage", WORDS.MONEY),
});
const houseInvoice = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId",
  component: page(() => import("./billing/house-pages.tsx"), "HouseInvoicePage", WORDS.STORY),
});
const comparison = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId/comparison",
  validateSearch: (search: Record<string, unknown>) => texts(search, "with"),
  component: page(() => import("./money/compare-pages.tsx"), "HouseComparePage", WORDS.MONEY),
});
const payments = createRoute({
  getParentRoute: () => billers,
  path: "/billing/payments",
  component: page(() => import("./money/payments-page.tsx"), "PaymentsPage", WORDS.MONEY),
});
const ageing = createRoute({
  getParentRoute: () => billers,
  path: "/billing/ageing",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "bucket"),
  component: page(() => import("./money/ageing-page.tsx"), "AgeingPage", WORDS.REFUSALS),
});
const runs = createRoute({
  getParentRoute: () => billers,
  path: "/billing/runs",
  validateSearch: (search: Record<string, unknown>) => texts(search, "period"),
  component: page(() => import("./money/runs-page.tsx"), "RunsPage", WORDS.REFUSALS),
});
const houseLine = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId/lines/$lineId",
  component: page(() => import("./billing/house-pages.tsx"), "HouseLinePage", WORDS.STORY),
});
const houseContact = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId/lines/$lineId/contacts/$contactId",
  component: page(() => import("./billing/house-pages.tsx"), "HouseLineContactPage", WORDS.STORY),
});

const contracts = createRoute({
  getParentRoute: () => billers,
  path: "/contracts",
  component: page(() => import("./contracts/contracts-page.tsx"), "ContractsPage", WORDS.REFUSALS),
});
const contract = createRoute({
  getParentRoute: () => billers,
  path: "/contracts/$tenantId/$contractId",
  component: page(() => import("./contracts/editor-page.tsx"), "ContractEditorPage", WORDS.MONEY),
});
const ledger = createRoute({
  getParentRoute: () => billers,
  path: "/billing/ledger",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "account"),
  component: page(() => import("./books/ledger-page.tsx"), "LedgerPage", WORDS.BOOKS),
});
const margin = createRoute({
  getParentRoute: () => billers,
  path: "/billing/margin",
  validateSearch: (search: Record<string, unknown>) => texts(search, "period", "tenant", "by"),
  component: page(() => import("./books/margin-page.tsx"), "MarginPage", WORDS.BOOKS),
});
const commissionPlans = createRoute({
  getParentRoute: () => billers,
  path: "/billing/commission/plans",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant"),
  component: page(() => import("./books/plans-page.tsx"), "PlansPage", WORDS.BOOKS),
});
const partners = createRoute({
  getParentRoute: () => billers,
  path: "/billing/settlement/partners",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant"),
  component: page(() => import("./books/partners-page.tsx"), "PartnersPage", WORDS.BOOKS),
});
const commission = createRoute({
  getParentRoute: () => billers,
  path: "/billing/commission",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "statement"),
  component: page(() => import("./books/commission-page.tsx"), "CommissionPage", WORDS.BOOKS),
});
const settlement = createRoute({
  getParentRoute: () => billers,
  path: "/billing/settlement",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "statement"),
  component: page(() => import("./books/settlement-page.tsx"), "SettlementPage", WORDS.BOOKS),
});

const routeTree = root.addChildren([
  signIn,
  phone,
  inside.addChildren([
    home,
    agents.addChildren([desktop]),
    shell.addChildren([
      sellers.addChildren([ownCommission]),
      supervisors.addChildren([floor, queues, queueEditor, routedContact]),
      clients.addChildren([
        today,
        contacts,
        contact,
        ownQueues,
        spend,
        invoices,
        invoice,
        ownComparison,
        line,
        lineContact,
        ownSettlement,
      ]),
      billers.addChildren([
        billing,
        exceptions,
        payments,
        ageing,
        runs,
        houseInvoice,
        comparison,
        houseLine,
        houseContact,
        contracts,
        contract,
        ledger,
        margin,
        commission,
        commissionPlans,
        settlement,
        partners,
      ]),
    ]),
  ]),
]);

const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPendingComponent: () => <Skeleton lines={6} height={20} />,
  defaultErrorComponent: ({ error, reset }) =>
    error instanceof ApiProblem ? <Trouble problem={error} retry={reset} /> : <Crash />,
  defaultNotFoundComponent: () => {
    const { t } = useTranslation();
    return <PlainState page icon="search" title={t("trouble.notFound")} hint={t("trouble.notFoundHint")} />;
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function Crash() {
  const { t } = useTranslation();
  return (
    <PlainState page icon="triangle" title={t("trouble.crashed")} hint={t("trouble.crashedHint")}>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        {t("trouble.reload")}
      </button>
    </PlainState>
  );
}

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
