import type { FlowId, QueueId, StepId } from "../kernel/ids.ts";
import type { Language } from "../kernel/language.ts";

/** What a caller hears: text spoken by the carrier, or the key of a recording, one per language. */
export type Prompt = { readonly [language in Language]?: Utterance };
export type Utterance = { readonly text: string } | { readonly recording: string };

/**
 * Steps of a flow as data. A flow is a graph: each step names the steps that may follow, and publishing refuses a name
 * that does not exist, so the interpreter never meets a dangling edge.
 */
export type FlowStep =
  | {
      readonly kind: "hours";
      readonly calendar: string;
      readonly open: StepId;
      readonly closed: StepId;
      /** Falls back to `closed` when left out. */
      readonly holiday?: StepId | undefined;
    }
  | { readonly kind: "prompt"; readonly say: Prompt; readonly next: StepId }
  | {
      readonly kind: "menu";
      readonly say: Prompt;
      readonly options: { readonly [key: string]: StepId };
      /** A menu may also set the language the rest of the contact is held in. */
      readonly languages?: { readonly [key: string]: Language } | undefined;
      readonly timeoutS: number;
      /** How often the menu is said again before `otherwise`. */
      readonly repeats: number;
      readonly otherwise: StepId;
    }
  | {
      readonly kind: "collect";
      readonly say: Prompt;
      readonly variable: string;
      readonly minDigits: number;
      readonly maxDigits: number;
      readonly finishOnKey: string;
      readonly timeoutS: number;
      readonly repeats: number;
      readonly next: StepId;
      readonly otherwise: StepId;
    }
  | {
      readonly kind: "queue";
      readonly queue: QueueId;
      /**
       * `house/…` is a sound of the house, `own/…` a recording of the client's in the store, or an https address. A length in
       * the name (`hold.12s.wav`) says how often it fits between two announcements.
       */
      readonly music: string | null;
      /** Said once on entering. */
      readonly welcome?: Prompt | undefined;
      readonly announceEveryS: number;
      readonly announcePosition: boolean;
      readonly announceWait: boolean;
      readonly maxWaitS: number;
      readonly onTimeout: StepId;
      /** Keys that leave the queue, such as 1 for voicemail. */
      readonly keys?: { readonly [key: string]: StepId } | undefined;
    }
  | { readonly kind: "voicemail"; readonly say: Prompt; readonly maxS: number; readonly next: StepId }
  | { readonly kind: "hangup"; readonly say?: Prompt | undefined };

export type Flow = {
  readonly id: FlowId;
  readonly version: number;
  readonly entry: StepId;
  readonly steps: { readonly [id: string]: FlowStep };
};

/** Opening hours in the tenant's zone. Weekday 1 is Monday (ISO 8601). Minutes count from local midnight, `to` exclusive. */
export type Calendar = {
  readonly timeZone: string;
  readonly weekly: readonly { readonly weekday: number; readonly fromMin: number; readonly toMin: number }[];
  /** Local dates `YYYY-MM-DD`. A holiday with hours is open in those only; a make-up workday is a date with hours. */
  readonly exceptions: readonly {
    readonly date: string;
    readonly name: string;
    readonly hours: readonly { readonly fromMin: number; readonly toMin: number }[];
  }[];
};
