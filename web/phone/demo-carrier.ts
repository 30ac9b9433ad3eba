import { read, send } from "../api/http.ts";

/** A number one can ring in the sandbox. */
export type DemoNumber = {
  readonly e164: string;
  readonly label: string;
  readonly tenantName: string;
  readonly brandName: string;
  readonly color: string;
};

export type DemoNumbers = { readonly numbers: readonly DemoNumber[]; readonly phoneUrl: string };

export function demoNumbers(signal: AbortSignal): Promise<DemoNumbers> {
  return read<DemoNumbers>("/api/demo/numbers", signal);
}

/** Shares from 0 to 1 by which the sandbox carrier misbehaves. */
export type Faults = Partial<Record<FaultName, number>>;
export const FAULTS = ["duplicate", "reorder", "drop", "http429", "http500", "timeout"] as const;
export type FaultName = (typeof FAULTS)[number];

/** High enough to be met within a call or two, low enough that a call still gets through. */
export const FAULT_SHARE = 0.2;

export function readFaults(signal: AbortSignal): Promise<Faults> {
  return read<Faults>("/api/demo/faults", signal);
}

export function setFaults(faults: Faults): Promise<Faults> {
  return send<Faults>("POST", "/api/demo/faults", faults);
}
