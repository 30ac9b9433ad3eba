import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettlementView } from "../../src/features/settlement/schema.ts";
import { DeedDialog, ReasonField } from "../invoicing/dialogs.tsx";
import { currentTongue } from "../words/words.ts";
import { useBookDeed } from "./deed.ts";
import { Mark } from "./parts.tsx";

type Props = { readonly base: string; readonly statement: SettlementView };
type Broken = SettlementView["incomplete"][number];

/** Files that never came whole: what is missing of each, and the way out where nobody has the file any more. */
export function BrokenFiles({ base, statement }: Props) {
  const { t } = useTranslation();
  const [dropping, setDropping] = useState<Broken | null>(null);
  return (
    <>
      {statement.incomplete.map((file) => {
        const { key, name, parts, received, missing } = file;
        const told = new Intl.ListFormat(currentTongue() === "zh" ? "zh-CN" : "en", { type: "unit" }).format(
          missing.map(String),
        );
        const isAll = missing.length === parts - received;
        return (
          <div key={key} className="row wrap">
            <Mark good={false}>
              {t("settlement.incomplete", {
                name,
                parts: String(parts),
                missing: isAll ? told : t("settlement.missingMore", { parts: told }),
              })}
            </Mark>
            <button type="button" className="button plain" onClick={() => setDropping(file)}>
              {t("settlement.drop")}
            </button>
          </div>
        );
      })}
      {dropping === null ? null : (
        <DropDialog base={base} statement={statement} file={dropping} close={() => setDropping(null)} />
      )}
    </>
  );
}

function DropDialog({ base, statement, file, close }: Props & { readonly file: Broken; readonly close: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const deed = useBookDeed(close);
  const { key, name, parts, received } = file;
  const { statementId } = statement;
  return (
    <DeedDialog
      title={t("settlement.dropTitle", { name })}
      note={t("settlement.dropNote", { received: String(received), parts: String(parts) })}
      doing={t("settlement.drop")}
      pending={deed.isPending}
      problem={deed.error}
      ready={reason.trim() !== ""}
      close={close}
      submit={() => deed.mutate({ path: `${base}/broken-files`, body: { statementId, key, reason: reason.trim() } })}
    >
      <ReasonField value={reason} change={setReason} />
    </DeedDialog>
  );
}
