const ZERO = 48;

/** The number in a simulated name such as `a17` or `c204`: one letter, then digits. */
export function numberIn(name: string): number {
  let value = 0;
  for (let at = 1; at < name.length; at++) value = value * 10 + name.charCodeAt(at) - ZERO;
  return value;
}
