import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { QueueList, QueueSettings } from "../../src/features/queues/schema.ts";
import { Icon } from "../design/icons.tsx";
import { Field } from "../design/parts.tsx";
import type { Faults } from "./faults.ts";
import { NumberField } from "./parts.tsx";
import { RelaxRows, SkillRows } from "./rows.tsx";
import { STRATEGY_NAMES } from "./words.ts";

export type FormProps = {
  draft: QueueSettings;
  change: (part: Partial<QueueSettings>) => void;
  faults: Faults;
  list: QueueList;
};

function Section({ id, title, hint, children }: { id: string; title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="panel-body stack">
        {hint === undefined ? null : <p className="small quiet">{hint}</p>}
        {children}
      </div>
    </section>
  );
}

/** Whose seat: strategy, and the skills that are asked for and wished for. */
export function SeatForm({ draft, change, faults, list }: FormProps) {
  const { t } = useTranslation();
  const strategy = STRATEGY_NAMES.find((name) => name === draft.strategy) ?? "longest_idle";
  return (
    <Section id="seat-form" title={t("queues.section.seat")}>
      <Field label={t("queues.field.strategy")} hint={t(`queues.meaning.${strategy}`)}>
        {(id, note) => (
          <select
            id={id}
            className="input"
            aria-describedby={note}
            value={draft.strategy}
            onChange={(event) => change({ strategy: event.target.value })}
          >
            {STRATEGY_NAMES.map((name) => (
              <option key={name} value={name}>
                {t(`contact.rule.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <SkillRows
        title={t("queues.field.skills")}
        hint={t("queues.skillsHint")}
        field="skills"
        needs={draft.skills}
        known={list.skills}
        faults={faults}
        change={(skills) => change({ skills })}
      />
      <SkillRows
        title={t("queues.field.preferred")}
        hint={t("queues.preferredHint")}
        field="preferred"
        needs={draft.preferred}
        known={list.skills}
        faults={faults}
        change={(preferred) => change({ preferred })}
      />
    </Section>
  );
}

/** What is asked for less as time goes by. */
export function RelaxForm({ draft, change, faults, list, poolId }: FormProps & { poolId: string }) {
  const { t } = useTranslation();
  return (
    <Section id="relax-form" title={t("queues.field.relax")} hint={t("queues.relaxHint")}>
      <RelaxRows
        steps={draft.relax}
        skills={draft.skills}
        groups={list.groups.map(({ group }) => group)}
        pools={list.pools.filter((pool) => pool.poolId !== poolId)}
        faults={faults}
        change={(relax) => change({ relax })}
      />
    </Section>
  );
}

/** Whose turn: priority, tiers, and the agent who knows the caller. */
export function OrderForm({ draft, change, faults }: FormProps) {
  const { t } = useTranslation();
  const points = t("queues.points");
  return (
    <Section id="order-form" title={t("queues.section.order")} hint={t("queues.orderHint")}>
      <div className="form-grid">
        <NumberField
          label={t("queues.field.priority")}
          unit={points}
          value={draft.priority}
          error={faults.get("priority")}
          change={(priority) => change({ priority })}
        />
        {(["silver", "gold", "platinum"] as const).map((tier) => (
          <NumberField
            key={tier}
            label={t("queues.tierPoints", { tier: t(`tier.${tier}`) })}
            unit={points}
            value={draft.tiers[tier]}
            error={faults.get(`tiers.${tier}`)}
            change={(value) => change({ tiers: { ...draft.tiers, [tier]: value } })}
          />
        ))}
        <NumberField
          label={t("queues.patience")}
          unit={t("queues.s")}
          hint={t("queues.patienceHint")}
          value={draft.lastAgent.patienceS}
          error={faults.get("lastAgent.patienceS")}
          change={(patienceS) => change({ lastAgent: { ...draft.lastAgent, patienceS } })}
        />
        <NumberField
          label={t("queues.namedPatience")}
          unit={t("queues.s")}
          hint={t("queues.namedHint", { variable: draft.namedAgent.variable })}
          value={draft.namedAgent.patienceS}
          error={faults.get("namedAgent.patienceS")}
          change={(patienceS) => change({ namedAgent: { ...draft.namedAgent, patienceS } })}
        />
        <NumberField
          label={t("queues.withinDays")}
          unit={t("queues.days")}
          value={draft.lastAgent.withinDays}
          error={faults.get("lastAgent.withinDays")}
          change={(withinDays) => change({ lastAgent: { ...draft.lastAgent, withinDays } })}
        />
      </div>
    </Section>
  );
}

/** Ringing, what a missed offer costs, and the work after the talk. */
export function OfferForm({ draft, change, faults }: FormProps) {
  const { t } = useTranslation();
  return (
    <Section id="offer-form" title={t("queues.section.offer")}>
      <div className="form-grid">
        <NumberField
          label={t("queues.field.ringTimeoutS")}
          unit={t("queues.s")}
          value={draft.ringTimeoutS}
          error={faults.get("ringTimeoutS")}
          change={(ringTimeoutS) => change({ ringTimeoutS })}
        />
        <NumberField
          label={t("queues.field.missesMax")}
          unit={t("queues.times")}
          hint={t("queues.missesHint")}
          value={draft.missesMax}
          error={faults.get("missesMax")}
          change={(missesMax) => change({ missesMax })}
        />
        <WrapUpFields draft={draft} change={change} faults={faults} />
      </div>
      <label className="row">
        <input
          type="checkbox"
          checked={draft.autoAnswer}
          onChange={(event) => change({ autoAnswer: event.target.checked })}
        />
        {t("queues.field.autoAnswer")}
        <span className="small quiet">
          <Icon name="handset" /> {t("queues.autoAnswerHint")}
        </span>
      </label>
    </Section>
  );
}

function WrapUpFields({ draft, change, faults }: Pick<FormProps, "draft" | "change" | "faults">) {
  const { t } = useTranslation();
  const { wrapUp } = draft;
  const timed = wrapUp.kind !== "mandatory";
  return (
    <>
      <Field label={t("queues.field.wrapUp")} hint={t(`queues.wrapUpMeaning.${wrapUp.kind}`)}>
        {(id, note) => (
          <select
            id={id}
            className="input"
            aria-describedby={note}
            value={wrapUp.kind}
            onChange={(event) => {
              const kind = (["timed", "optional", "mandatory"] as const).find((one) => one === event.target.value);
              if (kind !== undefined) change({ wrapUp: { ...wrapUp, kind } });
            }}
          >
            {(["timed", "optional", "mandatory"] as const).map((kind) => (
              <option key={kind} value={kind}>
                {t(`queues.wrapUpKind.${kind}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {timed ? (
        <>
          <NumberField
            label={t("queues.field.wrapUpS")}
            unit={t("queues.s")}
            value={draft.wrapUpS}
            error={faults.get("wrapUpS")}
            change={(wrapUpS) => change({ wrapUpS })}
          />
          <NumberField
            label={t("queues.extensions")}
            unit={t("queues.times")}
            value={wrapUp.extensions}
            error={faults.get("wrapUp.extensions")}
            change={(extensions) => change({ wrapUp: { ...wrapUp, extensions } })}
          />
          <NumberField
            label={t("queues.extensionS")}
            unit={t("queues.s")}
            value={wrapUp.extensionS}
            error={faults.get("wrapUp.extensionS")}
            change={(extensionS) => change({ wrapUp: { ...wrapUp, extensionS } })}
          />
        </>
      ) : null}
    </>
  );
}

export function TargetForm({ draft, change, faults }: FormProps) {
  const { t } = useTranslation();
  const { target } = draft;
  return (
    <Section id="target-form" title={t("queues.field.target")} hint={t("queues.targetHint")}>
      <div className="form-grid">
        <NumberField
          label={t("queues.percent")}
          unit="%"
          value={target.percent}
          error={faults.get("target.percent")}
          change={(percent) => change({ target: { ...target, percent } })}
        />
        <NumberField
          label={t("queues.withinS")}
          unit={t("queues.s")}
          value={target.withinS}
          error={faults.get("target.withinS")}
          change={(withinS) => change({ target: { ...target, withinS } })}
        />
        <NumberField
          label={t("queues.shortAbandonS")}
          unit={t("queues.s")}
          value={target.shortAbandonS}
          error={faults.get("target.shortAbandonS")}
          change={(shortAbandonS) => change({ target: { ...target, shortAbandonS } })}
        />
      </div>
    </Section>
  );
}
