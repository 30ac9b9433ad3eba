import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import type { InvoiceOpenSchema, RemittanceView } from "../../src/features/payments/schema.ts";
import { ApiProblem, type FieldFault, read } from "../api/http.ts";
import { decoded } from "../books/their-file.ts";
import type { ContractSummary } from "../contracts/shapes.ts";
import { PickField } from "../design/fields.tsx";
import { Icon } from "../design/icons.tsx";
import { Skeleton, TableScroll, Trouble } from "../design/parts.tsx";
import { faultText, troubleText } from "../design/said.ts";
import { useDeed } from "../invoicing/deed.ts";
import { DeedDialog, ReasonDialog } from "../invoicing/dialogs.tsx";
import { filled } from "../words/contracts.ts";
import { calendarDay, money } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";

type Imported = { readonly added: number; readonly known: number; readonly matched: number };

/** Lines of bank statements that nobody's number and amount decide: suggestions first, then by hand. */
export function BankLines() {
  const words = houseMoneyWords(currentTongue()).payments;
  const lines = useQuery({
    queryKey: ["billing", "remittances"],
    queryFn: ({ signal }) => read<{ items: readonly RemittanceView[] }>("/api/billing/remittances", signal),
  });
  return (
    <section className="panel" aria-label={words.bank}>
      <div className="row wrap panel-title">
        <h2 className="grow">{words.bank}</h2>
        <Import />
      </div>
      {lines.isPending ? (
        <Skeleton lines={3} height={18} />
      ) : lines.isError ? (
        <Trouble problem={lines.error} retry={() => void lines.refetch()} />
      ) : lines.data.items.length === 0 ? (
        <p className="money-tail quiet">{words.bankNone}</p>
      ) : (
        <LinesTable rows={lines.data.items} />
      )}
    </section>
  );
}

function Import() {
  const words = houseMoneyWords(currentTongue()).payments;
  const deed = useDeed<Imported>();
  const [unreadable, setUnreadable] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    // Spreadsheets in China save as GB18030 as often as UTF-8.
    const csv = decoded(await file.arrayBuffer());
    setUnreadable(csv === null);
    deed.reset();
    if (csv !== null) deed.mutate({ path: "/api/billing/remittances", body: { csv } });
  };
  return (
    <>
      <label className="button">
        <Icon name="inbox" />
        {words.importFile}
        <input
          type="file"
          accept=".csv,text/csv"
          className="unseen"
          disabled={deed.isPending}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </label>
      {deed.isSuccess ? (
        <span role="status" className="small">
          {filled(words.imported, deed.data)}
        </span>
      ) : null}
      {unreadable ? <Said text={words.unreadable} /> : null}
      {deed.isError ? <Refused problem={deed.error} /> : null}
    </>
  );
}

/** Each line that cannot be read, with why: the file is taken whole or not at all. */
function Refused({ problem }: { problem: unknown }) {
  const words = houseMoneyWords(currentTongue()).payments;
  const fields = problem instanceof ApiProblem ? problem.fields : [];
  if (fields.length === 0) return <Said text={troubleText(problem)} />;
  const text = (fault: FieldFault): string => {
    const line = /\.csv\.(\d+)$/.exec(fault.path)?.[1];
    return line === undefined ? faultText(fault) : filled(words.badLine, { line, why: faultText(fault) });
  };
  return (
    <div role="alert" className="import-refused small">
      <span className="state-mark tone-alarm">
        <Icon name="triangle" />
        {words.badLines}
      </span>
      <ul>
        {fields.map((fault) => (
          <li key={`${fault.path} ${fault.message}`}>{text(fault)}</li>
        ))}
      </ul>
    </div>
  );
}

function Said({ text }: { text: string }) {
  return (
    <span role="alert" className="state-mark tone-alarm small">
      <Icon name="triangle" />
      {text}
    </span>
  );
}

function LinesTable({ rows }: { rows: readonly RemittanceView[] }) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  return (
    <TableScroll>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.bookedOn}</th>
            <th scope="col">{words.payer}</th>
            <th scope="col" className="end">
              {words.amount}
            </th>
            <th scope="col">{words.suggestion}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((line) => (
            <tr key={line.id}>
              <td className="nowrap">{calendarDay(tongue, line.bookedOn)}</td>
              <td>
                {line.payer}
                <div className="small quiet">{line.reference}</div>
              </td>
              <td className="end amount">{money(tongue, line.amountMinor, line.currency)}</td>
              <td>
                <Decide line={line} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function Decide({ line }: { line: RemittanceView }) {
  const words = houseMoneyWords(currentTongue()).payments;
  const [asked, ask] = useState<"choose" | "ignore" | null>(null);
  const path = `/api/billing/remittances/${line.id}`;
  const match = useDeed();
  const ignore = useDeed(() => ask(null));
  return (
    <div className="stack tight">
      {line.suggestions.length === 0 ? <span className="quiet">{words.none}</span> : null}
      {line.suggestions.map((it) => (
        <div key={`${it.tenantId} ${it.invoices.map((one) => one.number).join()}`} className="row wrap">
          <button
            type="button"
            className="button"
            disabled={match.isPending}
            onClick={() =>
              match.mutate({
                path: `${path}/match`,
                body: { tenantId: it.tenantId, invoiceIds: it.invoices.map((one) => one.invoiceId) },
              })
            }
          >
            <Icon name="check" />
            {filled(words.match, { client: it.tenantName })}
          </button>
          <span className="small quiet">
            {[...it.invoices.map((one) => one.number), ...it.because.map((why) => words.because[why])].join(" · ")}
          </span>
        </div>
      ))}
      <div className="row wrap">
        <button type="button" className="button plain" onClick={() => ask("choose")}>
          {words.choose}
        </button>
        <button type="button" className="button plain" onClick={() => ask("ignore")}>
          {words.ignore}
        </button>
      </div>
      {match.isError ? <Said text={troubleText(match.error)} /> : null}
      {asked === "choose" ? <ChooseDialog line={line} close={() => ask(null)} /> : null}
      {asked === "ignore" ? (
        <ReasonDialog
          title={words.ignore}
          note={words.ignoreNote}
          doing={words.ignore}
          pending={ignore.isPending}
          problem={ignore.error}
          close={() => ask(null)}
          submit={(note) => ignore.mutate({ path: `${path}/ignore`, body: { note } })}
        />
      ) : null}
    </div>
  );
}

type ChooseProps = { readonly line: RemittanceView; readonly close: () => void };

/** Whose money it is, and which of that client's open invoices it pays. */
function ChooseDialog({ line, close }: ChooseProps) {
  const words = houseMoneyWords(currentTongue()).payments;
  const [tenantId, setTenant] = useState("");
  const [chosen, choose] = useState<readonly string[]>([]);
  const deed = useDeed(close);
  const contracts = useQuery({
    queryKey: ["contracts"],
    queryFn: ({ signal }) => read<{ items: readonly ContractSummary[] }>("/api/billing/contracts", signal),
  });
  const clients = new Map((contracts.data?.items ?? []).map((it) => [it.tenantId, it.tenantName]));
  return (
    <DeedDialog
      title={words.choose}
      note={words.chooseNote}
      doing={words.chooseNow}
      pending={deed.isPending}
      problem={deed.error ?? contracts.error}
      ready={tenantId !== ""}
      close={close}
      submit={() =>
        deed.mutate({ path: `/api/billing/remittances/${line.id}/match`, body: { tenantId, invoiceIds: chosen } })
      }
    >
      <PickField
        label={words.client}
        value={tenantId}
        none={words.pickClient}
        options={[...clients]}
        change={(one) => {
          setTenant(one);
          choose([]);
        }}
      />
      {tenantId === "" ? null : (
        <OpenChoice tenantId={tenantId} currency={line.currency} chosen={chosen} choose={choose} />
      )}
    </DeedDialog>
  );
}

type ChoiceProps = {
  readonly tenantId: string;
  readonly currency: string;
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
};

function OpenChoice({ tenantId, currency, chosen, choose }: ChoiceProps) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).payments;
  const open = useOpenInvoices(tenantId);
  const rows = (open.data?.items ?? []).filter((it) => it.currency === currency);
  return (
    <fieldset className="stack tight">
      <legend className="small quiet">{words.invoices}</legend>
      {open.isSuccess && rows.length === 0 ? <span className="quiet">{words.none}</span> : null}
      {rows.map((it) => (
        <label key={it.invoiceId} className="row">
          <input
            type="checkbox"
            checked={chosen.includes(it.invoiceId)}
            onChange={(event) =>
              choose(event.target.checked ? [...chosen, it.invoiceId] : chosen.filter((one) => one !== it.invoiceId))
            }
          />
          {it.number} · {money(tongue, it.openMinor, it.currency)}
        </label>
      ))}
    </fieldset>
  );
}

export function useOpenInvoices(tenantId: string) {
  return useQuery({
    queryKey: ["billing", "open-invoices", tenantId],
    queryFn: ({ signal }) =>
      read<{ items: readonly z.infer<typeof InvoiceOpenSchema>[] }>(
        `/api/billing/tenants/${tenantId}/open-invoices`,
        signal,
      ),
  });
}
