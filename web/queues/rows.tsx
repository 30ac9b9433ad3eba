import { useTranslation } from "react-i18next";
import { parseNeed } from "../../src/domain/routing/demand.ts";
import type { PoolView, QueueList, QueueSettings } from "../../src/features/queues/schema.ts";
import { Icon } from "../design/icons.tsx";
import type { Faults } from "./faults.ts";
import { NumberInput, TextInput } from "./parts.tsx";

type Step = QueueSettings["relax"][number];

/** Faults of a row stand under it: its fields are too narrow to carry their own words. */
function RowFault({ faults, path }: { faults: Faults; path: string }) {
  const found = [...faults].filter(([at]) => at === path || at.startsWith(`${path}.`)).map(([, words]) => words);
  if (found.length === 0) return null;
  return (
    <p className="field-error" role="alert">
      <Icon name="triangle" />
      {found.join(" · ")}
    </p>
  );
}

function RemoveButton({ name, remove }: { name: string; remove: () => void }) {
  return (
    <button type="button" className="button plain square" aria-label={name} onClick={remove}>
      <Icon name="cross" />
    </button>
  );
}

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

type SkillProps = {
  title: string;
  hint: string;
  field: "skills" | "preferred";
  needs: readonly string[];
  known: QueueList["skills"];
  faults: Faults;
  change: (needs: string[]) => void;
};

/** Skills with the least level that will do. A skill that nobody has any more is kept and said to be so. */
export function SkillRows({ title, hint, field, needs, known, faults, change }: SkillProps) {
  const { t } = useTranslation();
  const write = (at: number, skill: string, level: number) => {
    const text = level > 1 ? `${skill}>=${level}` : skill;
    change(needs.map((need, place) => (place === at ? text : need)));
  };
  const free = known.find(({ skill }) => !needs.some((need) => parseNeed(need).skill === skill));
  return (
    <fieldset className="rows">
      <legend className="label">{title}</legend>
      <p className="small quiet">{hint}</p>
      {needs.map((need, at) => {
        const { skill, level } = parseNeed(need);
        const choices = known.some((one) => one.skill === skill) ? known : [...known, { skill, agents: 0 }];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is known by its place
          <div key={at}>
            <div className="edit-row">
              <select
                className="input"
                aria-label={t("queues.skill")}
                value={skill}
                onChange={(event) => write(at, event.target.value, level)}
              >
                {choices.map((one) => (
                  <option key={one.skill} value={one.skill}>
                    {t("queues.skillAgents", { skill: one.skill, n: String(one.agents) })}
                  </option>
                ))}
              </select>
              <label className="row small">
                {t("queues.levelFrom")}
                <select
                  className="input"
                  value={level}
                  onChange={(event) => write(at, skill, Number(event.target.value))}
                >
                  {LEVELS.map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </select>
              </label>
              <RemoveButton
                name={t("queues.removeSkill", { skill })}
                remove={() => change(needs.filter((_, place) => place !== at))}
              />
            </div>
            <RowFault faults={faults} path={`${field}.${at}`} />
          </div>
        );
      })}
      <div>
        <button
          type="button"
          className="button"
          disabled={free === undefined}
          onClick={() => free !== undefined && change([...needs, free.skill])}
        >
          <Icon name="plus" />
          {t("queues.addSkill")}
        </button>
      </div>
    </fieldset>
  );
}

type RelaxProps = {
  steps: readonly Step[];
  skills: readonly string[];
  groups: readonly string[];
  pools: readonly PoolView[];
  faults: Faults;
  change: (steps: Step[]) => void;
};

export function RelaxRows(props: RelaxProps) {
  const { t } = useTranslation();
  const { steps, faults, change } = props;
  const last = steps.at(-1)?.afterS ?? 0;
  const put = (at: number, step: Step) => change(steps.map((old, place) => (place === at ? step : old)));
  return (
    <fieldset className="rows">
      <legend className="unseen">{t("queues.field.relax")}</legend>
      {steps.length === 0 ? <p className="quiet">{t("queues.noRelax")}</p> : null}
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
        <div key={at}>
          <div className="edit-row">
            <span>{t("queues.after")}</span>
            <NumberInput
              label={t("queues.afterLabel")}
              value={step.afterS}
              invalid={faults.has(`relax.${at}.afterS`)}
              change={(afterS) => put(at, { ...step, afterS })}
            />
            <span className="quiet">{t("queues.s")}</span>
            <KindSelect {...props} step={step} put={(next) => put(at, next)} />
            <StepFields {...props} step={step} at={at} put={(next) => put(at, next)} />
            <RemoveButton
              name={t("queues.removeStep", { n: String(at + 1) })}
              remove={() => change(steps.filter((_, place) => place !== at))}
            />
          </div>
          <RowFault faults={faults} path={`relax.${at}`} />
        </div>
      ))}
      <div>
        <button
          type="button"
          className="button"
          disabled={steps.length >= 12}
          onClick={() => change([...steps, { afterS: last + 30, do: "raise", points: 1 }])}
        >
          <Icon name="plus" />
          {t("queues.addStep")}
        </button>
      </div>
    </fieldset>
  );
}

type StepProps = RelaxProps & { step: Step; put: (step: Step) => void };

function KindSelect({ step, put, skills, groups, pools }: StepProps) {
  const { t } = useTranslation();
  const { afterS } = step;
  const skill = parseNeed(skills[0] ?? "").skill;
  const kinds: Step[] = [
    { afterS, do: "lower", skill, level: 1 },
    { afterS, do: "drop", skill },
    { afterS, do: "lend", group: groups[0] ?? "" },
    { afterS, do: "raise", points: 1 },
    { afterS, do: "move", poolId: pools[0]?.poolId ?? "" },
    { afterS, do: "outside", number: "", name: "" },
  ];
  const possible = (kind: Step["do"]): boolean => {
    if (kind === "lower" || kind === "drop") return skills.length > 0;
    if (kind === "lend") return groups.length > 0;
    return kind === "raise" || kind === "outside" || pools.length > 0;
  };
  return (
    <select
      className="input"
      aria-label={t("queues.what")}
      value={step.do}
      onChange={(event) => {
        const next = kinds.find((kind) => kind.do === event.target.value);
        if (next !== undefined) put(next);
      }}
    >
      {kinds.map((kind) => (
        <option key={kind.do} value={kind.do} disabled={kind.do !== step.do && !possible(kind.do)}>
          {t(`queues.relaxKind.${kind.do}`)}
        </option>
      ))}
    </select>
  );
}

function StepFields({ step, put, skills, groups, pools, faults, at }: StepProps & { at: number }) {
  const { t } = useTranslation();
  const choose = (
    label: string,
    value: string,
    options: readonly (readonly [string, string])[],
    to: (id: string) => Step,
  ) => (
    <select className="input" aria-label={label} value={value} onChange={(event) => put(to(event.target.value))}>
      {(options.some(([id]) => id === value) ? options : [[value, value] as const, ...options]).map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
  const names = skills.map((text) => parseNeed(text).skill).map((skill) => [skill, skill] as const);
  switch (step.do) {
    case "lower":
      return (
        <>
          {choose(t("queues.skill"), step.skill, names, (skill) => ({ ...step, skill }))}
          <span>{t("queues.toLevel")}</span>
          <NumberInput
            label={t("queues.level")}
            value={step.level}
            invalid={faults.has(`relax.${at}.level`)}
            change={(level) => put({ ...step, level })}
          />
        </>
      );
    case "drop":
      return choose(t("queues.skill"), step.skill, names, (skill) => ({ ...step, skill }));
    case "lend":
      return choose(
        t("queues.group"),
        step.group,
        groups.map((group) => [group, group] as const),
        (group) => ({ ...step, group }),
      );
    case "raise":
      return (
        <>
          <NumberInput
            label={t("queues.points")}
            value={step.points}
            invalid={faults.has(`relax.${at}.points`)}
            change={(points) => put({ ...step, points })}
          />
          <span className="quiet">{t("queues.points")}</span>
        </>
      );
    case "outside":
      return <OutsideFields step={step} put={put} wrong={(field) => faults.has(`relax.${at}.${field}`)} />;
    case "move":
      return choose(
        t("queues.pool"),
        step.poolId,
        pools.map((pool) => [pool.poolId, `${pool.name} (${pool.site})`] as const),
        (poolId) => ({ ...step, poolId }),
      );
  }
}

type Outside = Extract<Step, { do: "outside" }>;

function OutsideFields({
  step,
  put,
  wrong,
}: {
  step: Outside;
  put: (step: Outside) => void;
  wrong: (field: "number" | "name") => boolean;
}) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("queues.outsideNumber")}
        type="tel"
        value={step.number}
        invalid={wrong("number")}
        change={(number) => put({ ...step, number: number.replaceAll(/[\s()-]/g, "") })}
      />
      <TextInput
        label={t("queues.outsideName")}
        value={step.name}
        invalid={wrong("name")}
        change={(name) => put({ ...step, name })}
      />
    </>
  );
}
