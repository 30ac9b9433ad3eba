import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import { troubleText } from "../design/said.ts";
import { FAULT_SHARE, FAULTS, type FaultName, type Faults, readFaults, setFaults } from "./demo-carrier.ts";

const KEY = ["demo", "faults"];

/** Switches that make the sandbox carrier misbehave the way real ones do. Absent where the house offers none. */
export function FaultSwitches() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const faults = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readFaults(signal), retry: false });
  const change = useMutation({ mutationFn: setFaults, onSuccess: (now: Faults) => queries.setQueryData(KEY, now) });
  if (faults.data === undefined) return null;
  const now = faults.data;
  const toggle = (name: FaultName, on: boolean): void => change.mutate({ ...now, [name]: on ? FAULT_SHARE : 0 });
  return (
    <section className="panel" aria-labelledby="faults-title">
      <h2 id="faults-title">{t("phone.faults")}</h2>
      <div className="panel-body stack">
        <p className="small quiet">{t("phone.faultsHint")}</p>
        <ul className="fault-list">
          {FAULTS.map((name) => (
            <li key={name}>
              <label className="row switch">
                <input
                  type="checkbox"
                  checked={(now[name] ?? 0) > 0}
                  disabled={change.isPending}
                  onChange={(event) => toggle(name, event.target.checked)}
                />
                {t(`phone.fault.${name}`)}
              </label>
            </li>
          ))}
        </ul>
        {change.isError ? (
          <p className="field-error" role="alert">
            <Icon name="triangle" />
            {troubleText(change.error)}
          </p>
        ) : null}
      </div>
    </section>
  );
}
