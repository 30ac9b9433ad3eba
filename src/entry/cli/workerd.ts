import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { bundleWorker, modulesIn, ROOT } from "./bundle.ts";
import { Trouble } from "./trouble.ts";

export type WorkerOptions = {
  readonly name: string;
  readonly configPath: string;
  readonly port: number;
  /** A second port, past the emulator's own Worker that stands before every request: what a benchmark measures. */
  readonly directPort?: number;
  /** Where the runtime's inspector listens, and flags of its engine: only to look at the runtime itself. */
  readonly inspection?: { readonly port: number; readonly flags: string };
  /** Variables and secrets; they replace those of wrangler.toml. */
  readonly variables: Readonly<Record<string, string>>;
  /** Binding → connection string. */
  readonly hyperdrives: Readonly<Record<string, string>>;
  /** Durable Objects, queues and R2 live here; the folder outlives the process. */
  readonly stateDir: string;
  readonly log: (line: string) => void;
};

export type RunningWorker = {
  readonly url: string;
  /** The object of that name, to be called as its Worker would. */
  object(binding: string, name: string): Promise<unknown>;
  /** Calls the scheduled handler as the platform's clock would. */
  runCron(cron: string, atMs: number): Promise<void>;
  stop(): Promise<void>;
};

/** Runs a Worker in workerd, the platform's own runtime, with its bindings emulated as wrangler.toml lists them. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const outDir = await bundleWorker(options.configPath, options.name);
  mkdirSync(options.stateDir, { recursive: true });
  for (const [binding, url] of Object.entries(options.hyperdrives)) {
    process.env[`CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_${binding}`] = url;
  }
  // Wrangler reads its wish for silence when it is loaded.
  process.env.WRANGLER_LOG = "error";
  const { unstable_getMiniflareWorkerOptions } = await import("wrangler");
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, options.configPath));
  // The emulator takes the engine's flags from here and from nowhere else.
  if (options.inspection !== undefined) process.env.MINIFLARE_WORKERD_V8_FLAGS = options.inspection.flags;
  const listening = signalListeners();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: options.port,
      cf: false,
      ...(options.inspection && { inspectorPort: options.inspection.port }),
      logRequests: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ level, message }) => options.log(`${level} ${message}`),
      resourcePersistencePath: options.stateDir,
      workers: [
        {
          ...workerOptions,
          name: options.name,
          modules: modulesIn(outDir),
          modulesRoot: outDir,
          ...(options.directPort && { unsafeDirectSockets: [{ host: "127.0.0.1", port: options.directPort }] }),
          bindings: { ...(workerOptions.bindings ?? {}), ...options.variables },
        },
      ],
    }),
  );
  forgetSignalListenersSince(listening);
  const ready = miniflare.ready.finally(() => {
    delete process.env.MINIFLARE_WORKERD_V8_FLAGS;
  });
  await ready.catch((error: unknown) => {
    throw new Trouble(
      `The ${options.name} Worker did not start: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return {
    url: `http://127.0.0.1:${options.port}`,
    async object(binding, name) {
      const namespace = await miniflare.getDurableObjectNamespace(binding, options.name);
      return namespace.get(namespace.idFromName(name));
    },
    async runCron(cron, atMs) {
      const worker = await miniflare.getWorker(options.name);
      await worker.scheduled({ cron, scheduledTime: new Date(atMs) });
    },
    stop: () => miniflare.dispose(),
  };
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function signalListeners(): Set<unknown> {
  return new Set(SIGNALS.flatMap((signal) => process.listeners(signal)));
}

/** The emulator would end the process at the first Ctrl-C; whoever runs the house stops it in order. */
function forgetSignalListenersSince(before: ReadonlySet<unknown>): void {
  for (const signal of SIGNALS) {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
  }
}
