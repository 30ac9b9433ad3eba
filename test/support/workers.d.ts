/** Tells `cloudflare:workers` which Worker the `workers` tests run inside. */
declare namespace Cloudflare {
  interface Env extends Readonly<import("../../src/entry/env.ts").Bindings> {
    readonly INTERNAL_KEY: string;
    readonly SEAL_KEY: string;
  }
  interface GlobalProps {
    mainModule: typeof import("../../src/entry/worker.ts");
    durableNamespaces: "Line" | "Contact" | "SeatPool" | "TenantLive" | "Callers";
  }
}
