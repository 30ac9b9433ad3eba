import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  RouterProvider,
  redirect,
} from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "./api/http.ts";
import { homeOf, type RoleName, sessionQuery } from "./api/session.ts";
import { PlainState, Skeleton, Trouble } from "./design/parts.tsx";
import { SignIn } from "./identity/sign-in.tsx";
import { Allowed, Shell } from "./shell/shell.tsx";

/** A refusal will be refused again: only outages are worth a second try. */
const RETRIES_MAX = 2;
const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, problem) =>
        failures < RETRIES_MAX && (!(problem instanceof ApiProblem) || problem.status === 0 || problem.status >= 500),
      refetchOnWindowFocus: true,
      staleTime: 5_000,
    },
  },
});

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn });
const phone = createRoute({
  getParentRoute: () => root,
  path: "/phone",
  component: lazyRouteComponent(() => import("./phone/phone-page.tsx"), "PhonePage"),
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
    return <PlainState page icon="lock" title={t("trouble.noPermission")} hint={t("signIn.noRole")} />;
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
  component: lazyRouteComponent(() => import("./desktop/desktop.tsx"), "Desktop"),
});

const shell = createRoute({ getParentRoute: () => inside, id: "shell", component: Shell });
/** An agent's own pages that are not the desk. */
const sellers = createRoute({ getParentRoute: () => shell, id: "sellers", component: gated(["agent"]) });
const ownCommission = createRoute({
  getParentRoute: () => sellers,
  path: "/commission",
  validateSearch: (search: Record<string, unknown>) => texts(search, "statement"),
  component: lazyRouteComponent(() => import("./books/own-commission-page.tsx"), "OwnCommissionPage"),
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
  component: lazyRouteComponent(() => import("./floor/floor-page.tsx"), "FloorPage"),
});

const queues = createRoute({
  getParentRoute: () => supervisors,
  path: "/queues",
  component: lazyRouteComponent(() => import("./queues/queues-page.tsx"), "QueuesPage"),
});
const queueEditor = createRoute({
  getParentRoute: () => supervisors,
  path: "/queues/$tenantId/$queueId",
  component: lazyRouteComponent(() => import("./queues/editor-page.tsx"), "QueueEditorPage"),
});
const routedContact = createRoute({
  getParentRoute: () => supervisors,
  path: "/floor/contacts/$tenantId/$contactId",
  component: lazyRouteComponent(() => import("./queues/routed-contact-page.tsx"), "RoutedContactPage"),
});

const clients = createRoute({ getParentRoute: () => shell, id: "clients", component: gated(["tenant_admin"]) });
const today = createRoute({
  getParentRoute: () => clients,
  path: "/portal",
  component: lazyRouteComponent(() => import("./portal/today-page.tsx"), "TodayPage"),
});
const contacts = createRoute({
  getParentRoute: () => clients,
  path: "/portal/contacts",
  validateSearch: (search: Record<string, unknown>) => ({
    ...(typeof search.q === "string" && search.q !== "" ? { q: search.q } : {}),
    ...(typeof search.outcome === "string" && search.outcome !== "" ? { outcome: search.outcome } : {}),
    ...(typeof search.from === "string" && search.from !== "" ? { from: search.from } : {}),
    ...(typeof search.to === "string" && search.to !== "" ? { to: search.to } : {}),
  }),
  component: lazyRouteComponent(() => import("./portal/contacts-page.tsx"), "ContactsPage"),
});
const contact = createRoute({
  getParentRoute: () => clients,
  path: "/portal/contacts/$contactId",
  component: lazyRouteComponent(() => import("./portal/contact-page.tsx"), "PortalContactPage"),
});
const ownQueues = createRoute({
  getParentRoute: () => clients,
  path: "/portal/queues",
  component: lazyRouteComponent(() => import("./queues/own-queues-page.tsx"), "OwnQueuesPage"),
});
const spend = createRoute({
  getParentRoute: () => clients,
  path: "/portal/spend",
  component: lazyRouteComponent(() => import("./money/spend-page.tsx"), "SpendPage"),
});
const invoices = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices",
  component: lazyRouteComponent(() => import("./billing/portal-pages.tsx"), "PortalInvoicesPage"),
});
const invoice = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId",
  component: lazyRouteComponent(() => import("./billing/portal-pages.tsx"), "PortalInvoicePage"),
});
const line = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId/lines/$lineId",
  component: lazyRouteComponent(() => import("./billing/portal-pages.tsx"), "PortalLinePage"),
});
const ownComparison = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId/comparison",
  validateSearch: (search: Record<string, unknown>) => texts(search, "with"),
  component: lazyRouteComponent(() => import("./money/compare-pages.tsx"), "PortalComparePage"),
});
const lineContact = createRoute({
  getParentRoute: () => clients,
  path: "/portal/invoices/$invoiceId/lines/$lineId/contacts/$contactId",
  component: lazyRouteComponent(() => import("./billing/portal-pages.tsx"), "PortalLineContactPage"),
});
const ownSettlement = createRoute({
  getParentRoute: () => clients,
  path: "/portal/settlements",
  validateSearch: (search: Record<string, unknown>) => texts(search, "statement"),
  component: lazyRouteComponent(() => import("./books/own-settlement-page.tsx"), "OwnSettlementPage"),
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
  component: lazyRouteComponent(() => import("./billing/house-pages.tsx"), "BillingPage"),
});
const exceptions = createRoute({
  getParentRoute: () => billers,
  path: "/billing/exceptions",
  component: lazyRouteComponent(() => import("./invoicing/exceptions-page.tsx"), "ExceptionsPage"),
});
const houseInvoice = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId",
  component: lazyRouteComponent(() => import("./billing/house-pages.tsx"), "HouseInvoicePage"),
});
const comparison = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId/comparison",
  validateSearch: (search: Record<string, unknown>) => texts(search, "with"),
  component: lazyRouteComponent(() => import("./money/compare-pages.tsx"), "HouseComparePage"),
});
const payments = createRoute({
  getParentRoute: () => billers,
  path: "/billing/payments",
  component: lazyRouteComponent(() => import("./money/payments-page.tsx"), "PaymentsPage"),
});
const ageing = createRoute({
  getParentRoute: () => billers,
  path: "/billing/ageing",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "bucket"),
  component: lazyRouteComponent(() => import("./money/ageing-page.tsx"), "AgeingPage"),
});
const runs = createRoute({
  getParentRoute: () => billers,
  path: "/billing/runs",
  validateSearch: (search: Record<string, unknown>) => texts(search, "period"),
  component: lazyRouteComponent(() => import("./money/runs-page.tsx"), "RunsPage"),
});
const houseLine = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId/lines/$lineId",
  component: lazyRouteComponent(() => import("./billing/house-pages.tsx"), "HouseLinePage"),
});
const houseContact = createRoute({
  getParentRoute: () => billers,
  path: "/billing/$tenantId/invoices/$invoiceId/lines/$lineId/contacts/$contactId",
  component: lazyRouteComponent(() => import("./billing/house-pages.tsx"), "HouseLineContactPage"),
});

const contracts = createRoute({
  getParentRoute: () => billers,
  path: "/contracts",
  component: lazyRouteComponent(() => import("./contracts/contracts-page.tsx"), "ContractsPage"),
});
const contract = createRoute({
  getParentRoute: () => billers,
  path: "/contracts/$tenantId/$contractId",
  component: lazyRouteComponent(() => import("./contracts/editor-page.tsx"), "ContractEditorPage"),
});
const ledger = createRoute({
  getParentRoute: () => billers,
  path: "/billing/ledger",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "account"),
  component: lazyRouteComponent(() => import("./books/ledger-page.tsx"), "LedgerPage"),
});
const margin = createRoute({
  getParentRoute: () => billers,
  path: "/billing/margin",
  validateSearch: (search: Record<string, unknown>) => texts(search, "period", "tenant", "by"),
  component: lazyRouteComponent(() => import("./books/margin-page.tsx"), "MarginPage"),
});
const commissionPlans = createRoute({
  getParentRoute: () => billers,
  path: "/billing/commission/plans",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant"),
  component: lazyRouteComponent(() => import("./books/plans-page.tsx"), "PlansPage"),
});
const partners = createRoute({
  getParentRoute: () => billers,
  path: "/billing/settlement/partners",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant"),
  component: lazyRouteComponent(() => import("./books/partners-page.tsx"), "PartnersPage"),
});
const commission = createRoute({
  getParentRoute: () => billers,
  path: "/billing/commission",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "statement"),
  component: lazyRouteComponent(() => import("./books/commission-page.tsx"), "CommissionPage"),
});
const settlement = createRoute({
  getParentRoute: () => billers,
  path: "/billing/settlement",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tenant", "statement"),
  component: lazyRouteComponent(() => import("./books/settlement-page.tsx"), "SettlementPage"),
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
