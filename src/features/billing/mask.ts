/**
 * A customer's number as billing staff may see it: enough to tell two calls apart on a list, not enough to ring anybody.
 */
export function maskNumber(number: string): string {
  if (!/[0-9]{5}/.test(number)) return number;
  const shown = number.startsWith("+") ? 3 : 2;
  return `${number.slice(0, shown)}${"*".repeat(Math.max(0, number.length - shown - 2))}${number.slice(-2)}`;
}

/** What an agent wrote and what a caller typed say who the customer is; billing needs neither. */
const HIDDEN_KEYS = new Set(["notes", "digits"]);

/** A fact's body without what identifies the customer: the caller's number wherever it stands, notes, digits typed. */
export function maskBody(
  body: { readonly [key: string]: unknown },
  customerNumber: string,
): { [key: string]: unknown } {
  const masked = maskNumber(customerNumber);
  const text = JSON.stringify(body, (key, value: unknown) => {
    if (HIDDEN_KEYS.has(key) && typeof value === "string") return value === "" ? "" : "***";
    return typeof value === "string" && customerNumber !== "" ? value.replaceAll(customerNumber, masked) : value;
  });
  return JSON.parse(text);
}
