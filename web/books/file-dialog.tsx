import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, send } from "../api/http.ts";
import { Field } from "../design/parts.tsx";
import { useTextFault } from "../design/said.ts";
import { DeedDialog } from "../invoicing/dialogs.tsx";
import { decoded, keyOf, lineOf, partsOf } from "./their-file.ts";

type Props = {
  readonly base: string;
  readonly statementId: string;
  readonly close: () => void;
  readonly done: (rows: number) => void;
};
type Wrong = { readonly word: "unreadable" | "emptyFile" | "badColumns" } | { readonly lines: readonly number[] };

/** What was wrong with a file, found before or after it was sent. */
class WrongFile extends Error {
  readonly wrong: Wrong;
  constructor(wrong: Wrong) {
    super("wrong file");
    this.wrong = wrong;
  }
}

/**
 * The partner's own list, sent in parts and matched line by line once all have come. The same file again changes nothing,
 * and one whose sending was broken off goes on.
 */
export function FileDialog({ base, statementId, close, done }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const upload = useMutation({
    mutationFn: (chosen: File) => sendFile(`${base}/files`, statementId, chosen),
    onSuccess: (rows) => done(rows),
    // The page says of a file that broke off how much of it is there.
    onSettled: () => queries.invalidateQueries({ queryKey: ["books"] }),
  });
  // What was said of one file is not true of the next.
  const choose = (next: File | null): void => {
    upload.reset();
    setFile(next);
  };
  const wrong = upload.error instanceof WrongFile ? upload.error.wrong : null;
  return (
    <DeedDialog
      title={t("settlement.upload")}
      note={t("settlement.uploadNote")}
      doing={t("settlement.upload")}
      pending={upload.isPending}
      problem={wrong === null ? upload.error : null}
      ready={file !== null}
      close={close}
      submit={() => file !== null && upload.mutate(file)}
    >
      <FileField
        chosen={file}
        choose={choose}
        error={wrong === null ? null : "word" in wrong ? t(`settlement.${wrong.word}`) : t("settlement.badRows")}
      />
      {wrong !== null && "lines" in wrong ? (
        <ul className="bad-rows small">
          {wrong.lines.map((line) => (
            <li key={line}>{t("settlement.badRow", { line: String(line) })}</li>
          ))}
        </ul>
      ) : null}
    </DeedDialog>
  );
}

type FieldProps = {
  readonly chosen: File | null;
  readonly choose: (file: File | null) => void;
  readonly error: string | null;
};

function FileField({ chosen, choose, error: told }: FieldProps) {
  const { t } = useTranslation();
  const lacks = useTextFault(chosen?.name ?? "", Number.POSITIVE_INFINITY, true);
  const error = told ?? lacks;
  return (
    <Field label={t("settlement.file")} error={error}>
      {(id, describedBy) => (
        <input
          id={id}
          className="input"
          type="file"
          accept=".csv,text/csv,text/plain"
          aria-invalid={error !== null}
          aria-describedby={describedBy}
          onChange={(event) => choose(event.target.files?.[0] ?? null)}
        />
      )}
    </Field>
  );
}

/** Gives how many rows were sent. */
async function sendFile(path: string, statementId: string, file: File): Promise<number> {
  const text = decoded(await file.arrayBuffer());
  if (text === null) throw new WrongFile({ word: "unreadable" });
  const parts = partsOf(text);
  if (parts.length === 0) throw new WrongFile({ word: "emptyFile" });
  const key = await keyOf(text);
  const name = file.name.slice(0, 200);
  for (const [at, part] of parts.entries()) {
    const of = { key, part: at + 1, parts: parts.length };
    try {
      await send("POST", path, { statementId, name, csv: part.csv, file: of });
    } catch (problem) {
      if (!(problem instanceof ApiProblem) || problem.fields.length === 0) throw problem;
      const lines = problem.fields.map(({ path: at }) => lineOf(part, at)).filter((line) => line !== null);
      throw new WrongFile(lines.length > 0 ? { lines } : { word: "badColumns" });
    }
  }
  return parts.reduce((sum, { lines }) => sum + lines.length, 0);
}
