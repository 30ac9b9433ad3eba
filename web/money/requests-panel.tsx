import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { DeedRequestView } from "../../src/features/invoicing/schema.ts";
import { read } from "../api/http.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { troubleText } from "../design/said.ts";
import { useDeed } from "../invoicing/deed.ts";
import { ReasonDialog } from "../invoicing/dialogs.tsx";
import { Panel } from "../invoicing/document-panels.tsx";
import { dateTime, money } from "../words/format.ts";
import { houseMoneyWords } from "../words/house-money.ts";
import { currentTongue } from "../words/words.ts";

type Answer = { readonly items: readonly DeedRequestView[] };
type Props = { readonly tenantId: string; readonly invoiceId: string };

/** Requests of all clients that wait for a second person. */
export function useWaitingRequests() {
  return useQuery({
    queryKey: ["billing", "deed-requests"],
    queryFn: ({ signal }) => read<Answer>("/api/billing/deed-requests", signal),
  });
}

/** What was asked for of an invoice: another person does it or sends it back. */
export function RequestsPanel({ tenantId, invoiceId }: Props) {
  const words = houseMoneyWords(currentTongue()).requests;
  const requests = useQuery({
    queryKey: ["billing", "deed-requests", invoiceId],
    queryFn: ({ signal }) =>
      read<Answer>(`/api/billing/tenants/${tenantId}/invoices/${invoiceId}/deed-requests`, signal),
  });
  const items = requests.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Panel title={words.title}>
      {items.map((it) => (
        <Request key={it.id} request={it} />
      ))}
    </Panel>
  );
}

const LOOK: Record<DeedRequestView["state"], readonly [IconName, string]> = {
  asked: ["clock", "ringing"],
  done: ["check", "ready"],
  refused: ["cross", "idle"],
};

function Request({ request }: { request: DeedRequestView }) {
  const tongue = currentTongue();
  const words = houseMoneyWords(tongue).requests;
  const [icon, tone] = LOOK[request.state];
  return (
    <div className="stack tight">
      <div className="row">
        <strong className="grow">{words.what[request.what]}</strong>
        <strong className="amount">{money(tongue, -request.grossMinor, request.currency)}</strong>
      </div>
      <span className={`state-mark tone-${tone}`}>
        <Icon name={icon} />
        {words.state[request.state]}
      </span>
      <span>{request.reason}</span>
      <span className="small quiet">
        {dateTime(tongue, request.askedAt)}
        {request.decision === null ? "" : ` · ${request.decision}`}
      </span>
      {request.state === "asked" ? <Decide request={request} /> : null}
    </div>
  );
}

function Decide({ request }: { request: DeedRequestView }) {
  const words = houseMoneyWords(currentTongue()).requests;
  const [refusing, setRefusing] = useState(false);
  const path = `/api/billing/tenants/${request.tenantId}/deed-requests/${request.id}/decision`;
  const approve = useDeed();
  const refuse = useDeed(() => setRefusing(false));
  return (
    <>
      {request.mine ? <span className="small quiet">{words.mine}</span> : null}
      <div className="row wrap">
        {request.mine ? null : (
          <button
            type="button"
            className="button primary"
            disabled={approve.isPending}
            onClick={() => approve.mutate({ path, body: { what: "approve" } })}
          >
            <Icon name="check" />
            {words.approve}
          </button>
        )}
        <button type="button" className="button" onClick={() => setRefusing(true)}>
          {request.mine ? words.takeBack : words.refuse}
        </button>
      </div>
      {approve.isError ? (
        <span role="alert" className="state-mark tone-alarm small">
          <Icon name="triangle" />
          {troubleText(approve.error)}
        </span>
      ) : null}
      {refusing ? (
        <ReasonDialog
          title={request.mine ? words.takeBack : words.refuse}
          note={words.refuseNote}
          doing={request.mine ? words.takeBack : words.refuse}
          pending={refuse.isPending}
          problem={refuse.error}
          close={() => setRefusing(false)}
          submit={(decision) => refuse.mutate({ path, body: { what: "refuse", decision } })}
        />
      ) : null}
    </>
  );
}
