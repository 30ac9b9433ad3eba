import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icons.tsx";

/** Where one is, as a path of links; the last is the page itself. */
export function Crumbs({ items }: { items: readonly { readonly key: string; readonly item: ReactNode }[] }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("app.path")}>
      <ol className="crumbs">
        {items.map(({ key, item }, at) => (
          <li key={key} {...(at === items.length - 1 ? { "aria-current": "page" as const } : {})}>
            {at === 0 ? null : <Icon name="right" />}
            {item}
          </li>
        ))}
      </ol>
    </nav>
  );
}
