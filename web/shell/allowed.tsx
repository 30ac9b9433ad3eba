import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { hasRole, type RoleName, sessionQuery } from "../api/session.ts";
import { PlainState } from "../design/parts.tsx";

/** A role's gate: shows why and who can help instead of an empty page. The server decides again for every request. */
export function Allowed({ roles, children }: { roles: readonly RoleName[]; children: React.ReactNode }) {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  if (!session) return null;
  if (hasRole(session, ...roles)) return children;
  return <PlainState page icon="lock" title={t("trouble.noPermission")} hint={t("trouble.noPermissionHint")} />;
}
