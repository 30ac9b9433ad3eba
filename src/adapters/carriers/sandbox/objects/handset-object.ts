import { DurableObject } from "cloudflare:workers";
import type { ClientMessage, LegMessage, RefusalCode, ToClient } from "../browser-protocol.ts";
import { ClientMessageSchema, PhoneMessageSchema } from "../control/browser-messages.ts";
import { accountSidOf } from "../control/client-token.ts";
import type { Env } from "../env.ts";
import type { ExchangeRpc, HandsetRpc } from "./rpc.ts";

/** What a phone shows as its number when the page gives none: reserved for fiction. */
const PHONE_FROM = "+12025550100";

/** Kept with the socket, so that it outlives the object's sleep. */
type Attachment = {
  readonly handset: string;
  readonly kind: "phone" | "client";
  readonly accountSids: readonly string[];
  readonly autoAnswer: boolean;
};

/** One open browser: carries messages between its socket and the exchanges it speaks with. Decides nothing itself. */
export class HandsetObject extends DurableObject<Env> implements HandsetRpc {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  override fetch(request: Request): Response {
    const { 0: browser, 1: ours } = new WebSocketPair();
    const kind = new URL(request.url).pathname.endsWith("/phone") ? "phone" : "client";
    const handset = request.headers.get("x-handset") ?? "";
    this.ctx.acceptWebSocket(ours);
    ours.serializeAttachment({ handset, kind, accountSids: [], autoAnswer: false } satisfies Attachment);
    return new Response(null, { status: 101, webSocket: browser });
  }

  async tell(message: LegMessage | ToClient): Promise<boolean> {
    const socket = this.ctx.getWebSockets()[0];
    if (socket === undefined) return false;
    socket.send(JSON.stringify(message));
    const attachment = attachmentOf(socket);
    if (message.type === "incoming" && attachment.autoAnswer) {
      const accept = { type: "accept", callSid: message.callSid } as const;
      this.ctx.waitUntil(this.#exchange(message.accountSid).fromHandset(attachment.handset, accept));
    }
    return true;
  }

  override async webSocketMessage(socket: WebSocket, text: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    const schema = attachment.kind === "phone" ? PhoneMessageSchema : ClientMessageSchema;
    const message = schema.safeParse(jsonOf(text));
    if (!message.success) return refuse(socket, "bad_message", message.error.issues[0]?.message ?? "not understood");
    if (message.data.type === "dial") return this.#dial(socket, attachment, message.data.to, message.data.from);
    if (message.data.type === "register") return this.#register(socket, attachment, message.data);
    for (const accountSid of attachment.accountSids) {
      await this.#exchange(accountSid).fromHandset(attachment.handset, message.data);
    }
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    const { accountSids, handset } = attachmentOf(socket);
    for (const accountSid of accountSids) await this.#exchange(accountSid).handsetGone(handset);
  }

  override webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket);
  }

  async #dial(socket: WebSocket, attachment: Attachment, to: string, from = PHONE_FROM): Promise<void> {
    const directory = this.env.DIRECTORY.get(this.env.DIRECTORY.idFromName("directory"));
    const accountSid = await directory.accountOf(to);
    if (accountSid === null) return refuse(socket, "unknown_number", `${to} is not in service`);
    const exchange = this.#exchange(accountSid);
    if (attachment.accountSids.length > 0 && (await this.#inCall(attachment))) {
      return refuse(socket, "already_in_call", "this phone is in a call");
    }
    socket.serializeAttachment({ ...attachment, accountSids: [accountSid] } satisfies Attachment);
    const callSid = await exchange.dial(attachment.handset, from, to);
    if (callSid === null) refuse(socket, "unknown_number", `${to} is not in service`);
  }

  async #inCall(attachment: Attachment): Promise<boolean> {
    const live = await Promise.all(
      attachment.accountSids.map((sid) => this.#exchange(sid).isInCall(attachment.handset)),
    );
    return live.includes(true);
  }

  async #register(
    socket: WebSocket,
    attachment: Attachment,
    message: Extract<ClientMessage, { type: "register" }>,
  ): Promise<void> {
    const accountSids: string[] = [];
    const identities = new Set<string>();
    for (const token of message.tokens) {
      const accountSid = accountSidOf(token);
      const identity =
        accountSid === null ? null : await this.#exchange(accountSid).registerClient(token, attachment.handset);
      if (accountSid === null || identity === null) continue;
      accountSids.push(accountSid);
      identities.add(identity);
    }
    const dropped = attachment.accountSids.filter((sid) => !accountSids.includes(sid));
    for (const accountSid of dropped) await this.#exchange(accountSid).handsetGone(attachment.handset);
    const autoAnswer = message.autoAnswer ?? false;
    socket.serializeAttachment({ ...attachment, accountSids, autoAnswer } satisfies Attachment);
    const [identity] = identities;
    if (identity === undefined) return refuse(socket, "bad_token", "no token is valid here");
    const registered: ToClient = { type: "registered", identity, accountSids };
    socket.send(JSON.stringify(registered));
  }

  #exchange(accountSid: string): DurableObjectStub<ExchangeRpc> {
    return this.env.EXCHANGE.get(this.env.EXCHANGE.idFromName(accountSid));
  }
}

function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

function refuse(socket: WebSocket, code: RefusalCode, message: string): void {
  const refused: LegMessage = { type: "refused", code, message };
  socket.send(JSON.stringify(refused));
}

function jsonOf(text: string | ArrayBuffer): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : null;
  } catch {
    return null; // The schema refuses it and says so to the browser.
  }
}
