import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { InvoiceDocument } from "../../src/features/invoicing/schema.ts";
import { Icon, type IconName } from "../design/icons.tsx";
import { troubleText } from "../design/said.ts";
import { money } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";
import { CreditDialog, WriteOffDialog } from "./credit-dialogs.tsx";
import { useDeed } from "./deed.ts";
import { DeedDialog, ReasonDialog } from "./dialogs.tsx";
import { Downloads } from "./downloads.tsx";

type Asked = "discard" | "return" | "finalize" | "credit" | "writeOff";

/** What may be done to an invoice in its state; each deed that cannot be undone asks once more. */
export function InvoiceActions({ document }: { document: InvoiceDocument }) {
  const { t } = useTranslation();
  const [asked, ask] = useState<Asked | null>(null);
  const { invoice } = document;
  const path = `/api/billing/tenants/${invoice.tenantId}/invoices/${invoice.id}`;
  return (
    <div className="row wrap">
      <StateActions document={document} path={path} ask={ask} />
      <Downloads path={path} />
      <Link
        to="/billing/$tenantId/invoices/$invoiceId/comparison"
        params={{ tenantId: invoice.tenantId, invoiceId: invoice.id }}
        className="button"
      >
        <Icon name="chart" />
        {t("invoicing.compare")}
      </Link>
      {asked === null ? null : <Question asked={asked} document={document} path={path} close={() => ask(null)} />}
    </div>
  );
}

type StateProps = {
  readonly document: InvoiceDocument;
  readonly path: string;
  readonly ask: (what: Asked) => void;
};

function StateActions({ document: { invoice, openMinor }, path, ask }: StateProps) {
  const { t } = useTranslation();
  const approve = useDeed();
  if (invoice.status === "draft") {
    const act = (): void => approve.mutate({ path: `${path}/approval`, body: { outputHash: invoice.outputHash } });
    return (
      <>
        <Action icon="check" primary disabled={approve.isPending} act={act}>
          {t("invoicing.approve")}
        </Action>
        <Action icon="cross" act={() => ask("discard")}>
          {t("invoicing.discard")}
        </Action>
        {approve.isError ? <Said problem={approve.error} /> : null}
      </>
    );
  }
  if (invoice.status === "approved") {
    return (
      <>
        <Action icon="lock" primary act={() => ask("finalize")}>
          {t("invoicing.finalize")}
        </Action>
        <Action icon="pencil" act={() => ask("return")}>
          {t("invoicing.return")}
        </Action>
      </>
    );
  }
  if (invoice.status === "credited") return <Reissue path={path} tenantId={invoice.tenantId} />;
  if (invoice.status !== "finalized") return null;
  return (
    <>
      <Action icon="receipt" act={() => ask("credit")}>
        {t("invoicing.credit")}
      </Action>
      {openMinor > 0 ? (
        <Action icon="exit" act={() => ask("writeOff")}>
          {t("invoicing.writeOff")}
        </Action>
      ) : null}
    </>
  );
}

/** A month whose invoice was cancelled is billed anew: the draft that takes its place opens. */
function Reissue({ path, tenantId }: { path: string; tenantId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const deed = useDeed<{ invoiceId: string }>();
  const act = (): void =>
    deed.mutate(
      { path: `${path}/reissue` },
      {
        onSuccess: ({ invoiceId }) =>
          void navigate({ to: "/billing/$tenantId/invoices/$invoiceId", params: { tenantId, invoiceId } }),
      },
    );
  return (
    <>
      <Action icon="refresh" primary disabled={deed.isPending} act={act}>
        {t("invoicing.reissue")}
      </Action>
      {deed.isError ? <Said problem={deed.error} /> : null}
    </>
  );
}

type QuestionProps = {
  readonly asked: Asked;
  readonly document: InvoiceDocument;
  readonly path: string;
  readonly close: () => void;
};

/** What a deed must know before it is done. */
function Question({ asked, document, path, close }: QuestionProps) {
  const { t } = useTranslation();
  const deed = useDeed(close);
  const common = { pending: deed.isPending, problem: deed.error, close };
  const { invoice } = document;
  switch (asked) {
    case "credit":
      return <CreditDialog document={document} path={path} close={close} />;
    case "writeOff":
      return <WriteOffDialog document={document} path={path} close={close} />;
    case "finalize":
      return (
        <DeedDialog
          {...common}
          ready
          title={t("invoicing.finalize")}
          note={t("invoicing.finalizeNote", {
            total: money(currentTongue(), invoice.grossMinor, invoice.currency),
            client: invoice.tenantName,
          })}
          doing={t("invoicing.finalizeNow")}
          submit={() => deed.mutate({ path: `${path}/finalization` })}
        />
      );
    case "discard":
    case "return":
      return (
        <ReasonDialog
          {...common}
          title={t(`invoicing.${asked}`)}
          note={t(`invoicing.${asked}Note`)}
          doing={t(`invoicing.${asked}`)}
          submit={(reason) => deed.mutate({ path: `${path}/${asked}`, body: { reason } })}
        />
      );
  }
}

function Action(props: {
  readonly icon: IconName;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly act: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={props.primary === true ? "button primary" : "button"}
      disabled={props.disabled}
      onClick={props.act}
    >
      <Icon name={props.icon} />
      {props.children}
    </button>
  );
}

function Said({ problem }: { problem: unknown }) {
  return (
    <span role="alert" className="state-mark tone-alarm small">
      <Icon name="triangle" />
      {troubleText(problem)}
    </span>
  );
}
