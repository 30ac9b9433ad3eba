import { createRoute, z } from "@hono/zod-openapi";
import { type AgentId, asId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { access, body, houseRouter, json, problems, signedInOn } from "../identity/index.ts";
import { TelephoneSavedSchema, TelephoneSaveSchema, TelephoneViewSchema } from "./schema.ts";
import { changeTelephone, readTelephone } from "./telephones.ts";

const house = access("supervisor", "house_admin");
const params = z.object({ agentId: z.uuid() });

const read = createRoute({
  method: "get",
  path: "/api/agents/{agentId}/telephone",
  operationId: "readAgentTelephone",
  summary: "Where an agent's calls ring: in the browser, or at a telephone outside the house",
  ...house,
  request: { params },
  responses: { 200: json("The telephone", TelephoneViewSchema), ...problems(401, 403, 404, 422) },
});
const save = createRoute({
  method: "put",
  path: "/api/agents/{agentId}/telephone",
  operationId: "changeAgentTelephone",
  summary: "Another telephone for an agent, or none: in force from the next offer on",
  ...house,
  request: { params, body: body(TelephoneSaveSchema) },
  responses: { 200: json("The telephone as it now is", TelephoneSavedSchema), ...problems(401, 403, 404, 409, 422) },
});

/** Agents' telephones, set by who runs the floor. */
export function telephoneRoutes() {
  const router = houseRouter();
  router.openapi(read, async (c) => {
    const found = await readTelephone(c.get("services").operatorDb, asId<AgentId>(c.req.valid("param").agentId));
    if (found === null) throw notFound();
    return c.json(found, 200);
  });
  router.openapi(save, async (c) => {
    const { operatorDb, live } = c.get("services");
    const agentId = asId<AgentId>(c.req.valid("param").agentId);
    const { userId, name } = signedInOn(c);
    const agent = await changeTelephone(operatorDb, { agentId, ...c.req.valid("json") }, { userId, name });
    if (agent === null) throw notFound();
    return c.json({ agent, live: await live.publish(null) }, 200);
  });
  return router;
}

function notFound(): Refusal {
  return new Refusal("not_found", "not_found", "there is no such thing here");
}
