import { answerControl } from "./control/routes.ts";
import { type Env, settingsOf } from "./env.ts";
import { problem as restProblem } from "./rest/problems.ts";

export { DirectoryObject } from "./objects/directory-object.ts";
export { ExchangeObject } from "./objects/exchange-object.ts";
export { HandsetObject } from "./objects/handset-object.ts";

/** The sandbox carrier: Twilio's REST interface, the browsers' sockets, and the control that stands behind both. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    settingsOf(env);
    const { pathname } = new URL(request.url);
    const account = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})(?:\/|\.json)/i.exec(pathname)?.[1];
    if (account !== undefined) return env.EXCHANGE.get(env.EXCHANGE.idFromName(account)).fetch(request);
    if (pathname.startsWith("/2010-04-01/"))
      return restProblem(404, 20404, `The requested resource ${pathname} was not found`);
    if (pathname === "/sandbox/phone" || pathname === "/sandbox/client") return openHandset(request, env);
    if (pathname.startsWith("/sandbox/")) return answerControl(request, env);
    return new Response("The sandbox carrier of Callhouse.\n", { status: pathname === "/" ? 200 : 404 });
  },
} satisfies ExportedHandler<Env>;

/** Pages of this machine only: nothing else has business with a simulated telephone. */
function openHandset(request: Request, env: Env): Response | Promise<Response> {
  if (request.headers.get("upgrade") !== "websocket") return new Response("a WebSocket is expected", { status: 426 });
  const origin = request.headers.get("origin");
  if (origin !== null && !/^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin)) {
    return new Response("this origin may not open a sandbox phone", { status: 403 });
  }
  const handset = crypto.randomUUID();
  const headers = new Headers(request.headers);
  headers.set("x-handset", handset);
  return env.HANDSET.get(env.HANDSET.idFromName(handset)).fetch(new Request(request, { headers }));
}
