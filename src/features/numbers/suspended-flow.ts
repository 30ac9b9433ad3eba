import type { Flow } from "../../domain/flow/flow.ts";
import { asId, type StepId } from "../../domain/kernel/ids.ts";

const NOTICE = asId<StepId>("suspended");

/**
 * What callers hear while the client is suspended: a polite word that says nothing about why, and the line hangs up. It
 * stands in place of the number's own flow, under its name; calls under way keep the flow they began with.
 */
export function suspendedFlow({ id, version }: Flow): Flow {
  const say = {
    "zh-CN": { text: "您好，您拨打的服务暂时无法接通，请稍后再试。" },
    "en-US": { text: "Hello. The service you have called cannot be reached at the moment. Please try again later." },
  };
  return { id, version, entry: NOTICE, steps: { [NOTICE]: { kind: "hangup", say } } };
}
