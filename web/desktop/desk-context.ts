import { createContext, useContext } from "react";
import type { Telephone } from "../../src/features/routing/schema.ts";
import { useStore } from "../live/store.ts";
import type { SoftphoneState } from "../softphone/port.ts";
import type { Desk, DeskState } from "./desk.ts";
import type { Phone } from "./phone.ts";

export type DesktopParts = { readonly desk: Desk; readonly phone: Phone };

export const DesktopContext = createContext<DesktopParts | null>(null);

export function useDesktop(): DesktopParts {
  const parts = useContext(DesktopContext);
  if (parts === null) throw new Error("the desktop's parts are used outside the desktop");
  return parts;
}

export function useDesk<Part>(select: (state: DeskState) => Part): Part {
  return useStore(useDesktop().desk.state, select);
}

export function usePhone<Part>(select: (state: SoftphoneState) => Part): Part {
  return useStore(useDesktop().phone.state, select);
}

/** Whether commands make sense now: the socket lives and this window owns the phone. */
export function useCanAct(): boolean {
  return useDesk((state) => state.link === "live" && state.view?.ownsPhone === true);
}

/** The telephone outside the house at which this agent's calls ring; null where they ring in this window. */
export function useTelephone(): Telephone | null {
  return useDesk((state) => state.view?.telephone ?? null);
}

/** Whether calls could be heard: without a working microphone and a registered phone nobody goes ready. */
export function usePhoneWorks(): boolean {
  const browser = usePhone(
    (state) => (state.microphone === "real" || state.microphone === "silent") && state.line === "registered",
  );
  return useTelephone() !== null || browser;
}
