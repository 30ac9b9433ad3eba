import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read, send } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";

/** `paused` is null where no demo floor runs beside the house. */
type DemoFloor = { readonly paused: boolean | null };
const KEY = ["demo", "floor"];

/** Pauses the simulated callers and agents. Absent where no demo floor runs: outside the sandbox there is none. */
export function DemoSwitch() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const floor = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => read<DemoFloor>("/api/demo/floor", signal),
    retry: false,
    refetchOnWindowFocus: false,
  });
  const change = useMutation({
    mutationFn: (paused: boolean) => send<DemoFloor>("POST", "/api/demo/floor", { paused }),
    onSuccess: (now) => queries.setQueryData(KEY, now),
  });
  const paused = floor.data?.paused ?? null;
  if (paused === null) return null;
  return (
    <>
      {paused ? <span className="small tone-ringing">{t("floor.demoPaused")}</span> : null}
      <button type="button" className="button" disabled={change.isPending} onClick={() => change.mutate(!paused)}>
        <Icon name={paused ? "play" : "pause"} />
        {t(paused ? "floor.demoResume" : "floor.demoPause")}
      </button>
    </>
  );
}
