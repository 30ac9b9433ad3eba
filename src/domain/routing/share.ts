import type { AgentProfile, PoolConfig } from "./config.ts";

/**
 * The same configuration with equal parts held once. As it comes out of a message every seat has brands and skills of its
 * own, although a floor knows but a few different sets of them: most of what a seat would take in memory.
 */
export function shareParts(config: PoolConfig): PoolConfig {
  const ids = new Map<string, string>(config.brands.map(({ id }) => [id, id]));
  const brands = new Map<string, AgentProfile["brands"]>();
  const skills = new Map<string, AgentProfile["skills"]>();
  const agents = config.agents.map((profile) => {
    const own = profile.brands.map((id) => (ids.get(id) ?? id) as typeof id);
    return {
      ...profile,
      brands: once(brands, own.join(), own),
      skills: once(skills, JSON.stringify(profile.skills), profile.skills),
    };
  });
  return { ...config, agents };
}

function once<T>(known: Map<string, T>, key: string, value: T): T {
  const first = known.get(key);
  if (first !== undefined) return first;
  known.set(key, value);
  return value;
}
