/** Twilio's identifiers: two letters and 32 hexadecimal digits. */
export function newSid(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}
