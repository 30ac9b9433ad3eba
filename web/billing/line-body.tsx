import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { LineContact, LineContactsView } from "../../src/features/billing/schema.ts";
import { read } from "../api/http.ts";
import { Skeleton, Trouble } from "../design/parts.tsx";
import { LineContacts, LineHead } from "./tables.tsx";

type Props = { path: string; link: (contact: LineContact & { contactId: string }, label: string) => ReactNode };

/** One line of an invoice opened: how it came to its amount and the contacts behind it, a page at a time. */
export function LineBody({ path, link }: Props) {
  const { t } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: ["billing", "line", path],
    queryFn: ({ pageParam, signal }) =>
      read<LineContactsView>(
        `${path}?limit=50${pageParam === null ? "" : `&cursor=${encodeURIComponent(pageParam)}`}`,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) return <Skeleton lines={10} height={20} />;
  if (pages.isError) return <Trouble problem={pages.error} retry={() => void pages.refetch()} />;
  const first = pages.data.pages[0];
  if (first === undefined) return null;
  return (
    <>
      <LineHead page={first} />
      <section className="panel" aria-labelledby="behind-title">
        <h2 id="behind-title">{t("billing.behind")}</h2>
        <LineContacts
          contacts={pages.data.pages.flatMap((page) => page.items)}
          page={first}
          link={link}
          more={
            pages.hasNextPage ? (
              <div className="panel-body panel-pad">
                <button
                  type="button"
                  className="button"
                  disabled={pages.isFetchingNextPage}
                  onClick={() => void pages.fetchNextPage()}
                >
                  {t("contacts.more")}
                </button>
              </div>
            ) : null
          }
        />
      </section>
    </>
  );
}
