/** Points of one Gauss-Legendre panel; with smooth integrands twelve give about twenty digits a panel. */
const POINTS = 12;
const PANELS = 48;

/** ∫ f from a to b by Gauss-Legendre panels, split at `at` where the integrand may have its peak. */
export function integrate(f: (x: number) => number, a: number, b: number, at: number): number {
  if (b <= a) return 0;
  const split = Math.min(Math.max(at, a), b);
  return panels(f, a, split) + panels(f, split, b);
}

function panels(f: (x: number) => number, a: number, b: number): number {
  if (b <= a) return 0;
  const half = (b - a) / PANELS / 2;
  let sum = 0;
  for (let panel = 0; panel < PANELS; panel++) {
    const middle = a + (2 * panel + 1) * half;
    for (const { node, weight } of RULE) sum += weight * f(middle + half * node);
  }
  return sum * half;
}

const RULE = gaussLegendre(POINTS);

/** Nodes and weights on [-1, 1], by Newton's method from the usual cosine guesses. */
function gaussLegendre(points: number): { node: number; weight: number }[] {
  return Array.from({ length: points }, (_, index) => {
    let node = Math.cos((Math.PI * (index + 0.75)) / (points + 0.5));
    for (let round = 0; round < 10; round++) {
      const { value, slope } = legendre(points, node);
      node -= value / slope;
    }
    const { slope } = legendre(points, node);
    return { node, weight: 2 / ((1 - node * node) * slope * slope) };
  });
}

function legendre(degree: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= degree; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
