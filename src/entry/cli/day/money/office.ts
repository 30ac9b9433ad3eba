import { HouseProblem, type Session, signIn } from "../../floor/house-client.ts";
import type { Stack } from "../../stack.ts";
import { readSetup } from "../../tenant-files.ts";

/** A client with everybody who acts for it and its address at the billing desk. */
export type Client = {
  readonly slug: string;
  readonly tenantId: string;
  readonly accountSid: string;
  readonly currency: string;
  readonly contractId: string;
  /** Its administrator, at the client's own portal. */
  readonly admin: Session;
  readonly path: string;
};

/** The people of the month: one prepares, another approves. */
export type Office = {
  readonly stack: Stack;
  readonly preparer: Session;
  readonly approver: Session;
  readonly clients: readonly Client[];
  readonly log: (line: string) => void;
};

const PREPARER = "billing@callhouse.example";
const APPROVER = "house@callhouse.example";

type ContractHead = { readonly id: string; readonly tenantId: string; readonly currency: string };

/** Everybody signs in; sessions end with their day, so it is opened anew whenever the clock has jumped. */
export async function openOffice(stack: Stack, log: (line: string) => void): Promise<Office> {
  const preparer = await signIn(stack.host, PREPARER, stack.password);
  const approver = await signIn(stack.host, APPROVER, stack.password);
  const { items } = await preparer.get<{ items: ContractHead[] }>("/api/billing/contracts");
  const clients: Client[] = [];
  for (const { slug, admins } of readSetup().tenants) {
    const applied = stack.applied.tenants.find((tenant) => tenant.slug === slug);
    const contract = items.find(({ tenantId }) => tenantId === applied?.tenantId);
    const [admin] = admins;
    if (applied === undefined || contract === undefined || admin === undefined) {
      throw new Error(`${slug} has no contract or no administrator`);
    }
    clients.push({
      slug,
      tenantId: applied.tenantId,
      accountSid: applied.account.accountSid,
      currency: contract.currency,
      contractId: contract.id,
      admin: await signIn(stack.host, admin.email, stack.password),
      path: `/api/billing/tenants/${applied.tenantId}`,
    });
  }
  return { stack, preparer, approver, clients, log };
}

const TRIES_MAX = 12;
const TRY_AGAIN_MS = 700;

/**
 * Does it again while the house says that somebody outside did not answer, as a person would. Each of these requests
 * carries a key or is the same deed by itself, so that doing it again can do no harm.
 */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (problem) {
      const passing = !(problem instanceof HouseProblem) || problem.status === 429 || problem.status >= 502;
      if (!passing || tries === TRIES_MAX) throw problem;
      await pause(TRY_AGAIN_MS);
    }
  }
}

const POLL_MS = 400;

/** Asks until the answer is no longer null. Throws, naming what was waited for, when it takes too long (real time). */
export async function until<T>(what: string, deadlineMs: number, ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs / 1_000} s for ${what}`);
    await pause(POLL_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const PAGE = 100;

/** All of a list that comes in pages. */
export async function everyPage<T>(session: Session, path: string): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const rest: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const query = `${path.includes("?") ? "&" : "?"}limit=${PAGE}${rest}`;
    const page: { items: T[]; next: string | null } = await session.get(`${path}${query}`);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** The sandbox bureau's control door: how it misbehaves, and its own book. */
export async function bureau<T>({ stack }: Office, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${stack.bureauUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.keys.sandboxControlKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the bureau answered ${response.status} to ${method} ${path}`);
  return (await response.json()) as T;
}
