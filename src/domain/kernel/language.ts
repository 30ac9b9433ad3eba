/** Languages a caller can be spoken to in: BCP 47 tags. */
export const LANGUAGES = ["zh-CN", "en-US", "en-GB"] as const;
export type Language = (typeof LANGUAGES)[number];
