import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../design/icons.tsx";
import "./books.css";

const BOOKS = ["ledger", "margin", "commission", "settlement"] as const;
type Book = (typeof BOOKS)[number];

type HeadProps = {
  readonly book: Book;
  /** Of a page inside the book; without it the book's own. */
  readonly title?: string;
  readonly children?: ReactNode;
};

/** The four books beside each other, with the title of the page that is open. */
export function BookHead({ book, title: given, children }: HeadProps) {
  const { t } = useTranslation();
  const title = given ?? t(`books.${book}`);
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  return (
    <>
      <nav className="tabs" aria-label={t("billing.title")}>
        <Link to="/billing" search={{}} className="tab" activeOptions={{ exact: true }}>
          {t("billing.title")}
        </Link>
        {BOOKS.map((one) => (
          <Link
            key={one}
            to={`/billing/${one}`}
            search={{}}
            className="tab"
            aria-current={one === book ? "page" : undefined}
          >
            {t(`books.${one}`)}
          </Link>
        ))}
      </nav>
      <div className="page-head">
        <h1>{title}</h1>
        {children}
      </div>
    </>
  );
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whose or what for, as the book names it. An id is not for reading: its end tells two apart, the whole is on hover. */
export function BookName({ name }: { name: string }) {
  if (!ID.test(name)) return <span className="small quiet">{name}</span>;
  return (
    <span className="mono small quiet" title={name}>
      …{name.slice(-6)}
    </span>
  );
}

/** A state as icon and word, never as colour alone. */
export function Mark({ good, children }: { good: boolean; children: ReactNode }) {
  return (
    <span className={`state-mark ${good ? "tone-ready" : "tone-alarm"}`}>
      <Icon name={good ? "check" : "triangle"} />
      {children}
    </span>
  );
}

export function Pill({ done, children }: { done: boolean; children: ReactNode }) {
  return (
    <span className={`pill state-mark ${done ? "soft-ready tone-ready" : "soft-ringing tone-ringing"}`}>
      <Icon name={done ? "check" : "pencil"} />
      {children}
    </span>
  );
}

/** The rest of a list that comes in pages; nothing where there is none. */
export function More({
  pages,
}: {
  pages: { readonly hasNextPage: boolean; readonly fetchNextPage: () => Promise<unknown> };
}) {
  const { t } = useTranslation();
  if (!pages.hasNextPage) return null;
  return (
    <div className="panel-body panel-pad">
      <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
        {t("books.more")}
      </button>
    </div>
  );
}
