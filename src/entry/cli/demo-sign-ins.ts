import { z } from "zod";
import { Trouble } from "./trouble.ts";

const signInsSchema = z.object({
  signIns: z.array(
    z.object({ role: z.string(), email: z.string(), password: z.string(), tenantName: z.string().nullable() }),
  ),
});

/** A sign-in for each role, as the running house tells anyone in the sandbox. */
export async function demoSignIns(appUrl: string): Promise<z.infer<typeof signInsSchema>["signIns"]> {
  const response = await fetch(`${appUrl}/api/demo/sign-ins`);
  if (!response.ok) {
    throw new Trouble(`The app answered ${response.status} to /api/demo/sign-ins; its log is .callhouse/app.log.`);
  }
  return signInsSchema.parse(await response.json()).signIns;
}
