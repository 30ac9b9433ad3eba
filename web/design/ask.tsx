import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "./parts.tsx";

/** A piece of work that a deed would throw away: what it is called, and what it says. */
export type Loss = { readonly key: string; readonly name: string; readonly says: string };

type Props = {
  readonly title: string;
  /** What happens to what is listed. */
  readonly note: string;
  readonly losses: readonly Loss[];
  readonly close: () => void;
  /** The deeds to choose from, the one that keeps the work first. */
  readonly children: ReactNode;
};

/** Asked before work is thrown away: it names what goes. Escape keeps it. */
export function AskDialog({ title, note, losses, close, children }: Props) {
  return (
    <Dialog title={title} close={close}>
      <p className="quiet">{note}</p>
      {losses.length === 0 ? null : (
        <ul className="losses" aria-label={note}>
          {losses.map(({ key, name, says }) => (
            <li key={key}>
              <strong>{name}</strong> <span className="small quiet">{says}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="row wrap ask-deeds">{children}</div>
    </Dialog>
  );
}

type LossProps = Omit<Props, "children"> & {
  /** Goes back to the work; `close` does it. */
  readonly keep?: string;
  readonly deed: string;
  readonly act: () => void;
  readonly disabled?: boolean;
};

/** The usual choice: keep the work, or do what ends it. */
export function AskLoss({ keep, deed, act, disabled = false, ...asked }: LossProps) {
  const { t } = useTranslation();
  return (
    <AskDialog {...asked}>
      <button type="button" className="button primary" onClick={asked.close}>
        {keep ?? t("loss.keep")}
      </button>
      <button type="button" className="button" disabled={disabled} onClick={act}>
        {deed}
      </button>
    </AskDialog>
  );
}

type NewestProps = { readonly losses: readonly Loss[]; readonly take: () => void; readonly close: () => void };

/** Asked where somebody else was quicker, and reading what he wrote ends one's own. */
export function AskNewest({ losses, take, close }: NewestProps) {
  const { t } = useTranslation();
  const act = () => {
    close();
    take();
  };
  const asked = { title: t("loss.newest"), note: t("loss.newestNote"), losses, close };
  return <AskLoss {...asked} deed={t("loss.takeNewest")} act={act} />;
}
