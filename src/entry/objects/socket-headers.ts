/** What an object is told of who is behind a socket. The Worker sets these after its checks; a client's own are dropped. */
export const SOCKET_HEADERS = {
  role: "x-callhouse-role",
  agentId: "x-callhouse-agent-id",
  poolId: "x-callhouse-pool-id",
  tenantId: "x-callhouse-tenant-id",
  userId: "x-callhouse-user-id",
  session: "x-callhouse-session",
} as const;
