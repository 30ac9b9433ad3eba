import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ROOT } from "./bundle.ts";
import { demoSignIns } from "./demo-sign-ins.ts";
import { requireFree } from "./ports.ts";
import { bootStack, type Stack } from "./stack.ts";
import { explain, Trouble } from "./trouble.ts";

const environmentSchema = z.object({
  CALLHOUSE_PORT: portFrom(8787),
  CALLHOUSE_SANDBOX_PORT: portFrom(8788),
  CALLHOUSE_PG_PORT: portFrom(8789),
  CALLHOUSE_BUREAU_PORT: portFrom(8790),
  CALLHOUSE_DATA: z.string().min(1).default(join(ROOT, ".callhouse")),
  DATABASE_URL: z.string().min(1).optional(),
});

/** A second Ctrl-C, or a part that does not stop in this time, ends the process the hard way. */
const STOP_MS_MAX = 15_000;

await main();

async function main(): Promise<void> {
  let stack: Stack | undefined;
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(130);
      stopping.abort();
    });
  }
  try {
    stack = await start();
    await announce(stack, environment().CALLHOUSE_DATA);
    await new Promise<void>((done) => {
      if (stopping.signal.aborted) done();
      stopping.signal.addEventListener("abort", () => done());
    });
    console.log("\nStopping …");
    await Promise.race([stack.stop(), sleep(STOP_MS_MAX, undefined, { ref: false })]);
    process.exit(0);
  } catch (error) {
    console.error(explain(error));
    await stack?.stop();
    process.exit(1);
  }
}

async function start(): Promise<Stack> {
  const settings = environment();
  const ports = {
    app: settings.CALLHOUSE_PORT,
    sandbox: settings.CALLHOUSE_SANDBOX_PORT,
    postgres: settings.CALLHOUSE_PG_PORT,
    bureau: settings.CALLHOUSE_BUREAU_PORT,
  };
  return bootStack({
    ports,
    dataDir: settings.CALLHOUSE_DATA,
    ...(settings.DATABASE_URL === undefined ? {} : { databaseUrl: settings.DATABASE_URL }),
    beforeStart: async () => {
      await requireFree(ports.app, "the console and API", "CALLHOUSE_PORT");
      await requireFree(ports.sandbox, "the sandbox carrier", "CALLHOUSE_SANDBOX_PORT");
      await requireFree(ports.bureau, "sandbox payments and mail", "CALLHOUSE_BUREAU_PORT");
      if (settings.DATABASE_URL === undefined) await requireFree(ports.postgres, "PostgreSQL", "CALLHOUSE_PG_PORT");
    },
    demoFloor: true,
    log: (line) => console.log(`· ${line}`),
  });
}

function environment(): z.infer<typeof environmentSchema> {
  const parsed = environmentSchema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  throw new Trouble(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
}

/** What a newcomer needs next: where to look and as whom to sign in. */
async function announce(stack: Stack, dataDir: string): Promise<void> {
  const signIns = await demoSignIns(stack.appUrl);
  console.log(`\nCallhouse runs at ${stack.appUrl}\n`);
  for (const { role, email, password, tenantName } of signIns) {
    console.log(`  ${role.replaceAll("_", " ").padEnd(14)} ${email.padEnd(36)} ${password}  ${tenantName ?? ""}`);
  }
  console.log(`\n  Call a client's number from the browser: ${stack.appUrl}/phone`);
  console.log(`  Letters that the house sends: ${stack.bureauUrl}/mail`);
  console.log(`  Logs and data: ${dataDir} · Ctrl-C ends everything\n`);
}

function portFrom(usual: number) {
  return z.coerce
    .number({ error: "must be a port from 1 to 65535" })
    .int("must be a port from 1 to 65535")
    .min(1, "must be a port from 1 to 65535")
    .max(65_535, "must be a port from 1 to 65535")
    .default(usual);
}
