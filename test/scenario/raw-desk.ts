import type { Host, Session } from "../../src/entry/cli/floor/house-client.ts";
import { connectSoftphone } from "../../src/entry/cli/floor/robot-softphone.ts";
import type { AgentView, DesktopCommand, DesktopFrame } from "../../src/features/routing/schema.ts";

type Wish = DesktopCommand extends infer C ? (C extends { id: string } ? Omit<C, "id"> : never) : never;
type Reply = Extract<DesktopFrame, { kind: "reply" }>;

/** A desk without a browser: the socket itself and a telephone that answers at once. For races that hands are too slow for. */
export type RawDesk = {
  readonly view: () => AgentView | null;
  /** Sends a command; gives the reply and how many real milliseconds it took. */
  readonly say: (wish: Wish) => Promise<Reply & { readonly tookMs: number }>;
  readonly close: () => void;
};

export async function openRawDesk(host: Host, session: Session): Promise<RawDesk> {
  const phone = await connectSoftphone(host, () => session);
  const socket = session.open("/api/agent/socket");
  const waiting = new Map<string, (reply: Reply) => void>();
  let view: AgentView | null = null;
  let commands = 0;
  socket.on("message", (data) => {
    const text = String(data);
    if (text === "pong") return;
    const frame = JSON.parse(text) as DesktopFrame;
    if (frame.kind === "agent") view = frame.agent;
    if (frame.kind === "reply") waiting.get(frame.id)?.(frame);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const say: RawDesk["say"] = (wish) =>
    new Promise((resolve) => {
      commands += 1;
      const id = `raw-${commands}`;
      const sentAt = performance.now();
      waiting.set(id, (reply) => resolve({ ...reply, tookMs: performance.now() - sentAt }));
      socket.send(JSON.stringify({ ...wish, id }));
    });
  return {
    view: () => view,
    say,
    close: () => {
      phone.close();
      socket.close();
    },
  };
}
