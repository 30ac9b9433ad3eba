import { invalid } from "./problems.ts";
import type { Json } from "./resources.ts";

const PAGE_SIZE_DEFAULT = 50;
const PAGE_SIZE_MAX = 1_000;

/** Twilio's page: the newest first, with the addresses of its neighbours. */
export function page<T>(url: URL, name: string, newestFirst: readonly T[], toJson: (each: T) => Json): Json {
  const pageSize = wholeNumber(url, "PageSize", PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX);
  const index = wholeNumber(url, "Page", 0, Number.MAX_SAFE_INTEGER);
  const start = index * pageSize;
  const items = newestFirst.slice(start, start + pageSize);
  const address = (at: number) => {
    const query = new URLSearchParams(url.search);
    query.set("PageSize", String(pageSize));
    query.set("Page", String(at));
    return `${url.pathname}?${query}`;
  };
  return {
    first_page_uri: address(0),
    end: start + Math.max(0, items.length - 1),
    next_page_uri: start + pageSize < newestFirst.length ? address(index + 1) : null,
    page: index,
    page_size: pageSize,
    previous_page_uri: index > 0 ? address(index - 1) : null,
    start,
    uri: address(index),
    [name]: items.map(toJson),
  };
}

function wholeNumber(url: URL, name: string, fallback: number, max: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw invalid(`${name} must be a whole number`);
  return Math.min(Number(text), max);
}

/** Twilio's date filters: `Name`, `Name<` and `Name>`, each a day or a moment; an unset stamp passes none of them. */
export function matchesDate(query: URLSearchParams, name: string, at: number | null): boolean {
  const bound = (suffix: string) => {
    const text = query.get(`${name}${suffix}`);
    if (text === null) return null;
    const parsed = Date.parse(text);
    if (Number.isNaN(parsed)) throw invalid(`${name}${suffix} is not a date`);
    return parsed;
  };
  const [day, before, after] = [bound(""), bound("<"), bound(">")];
  if (day === null && before === null && after === null) return true;
  if (at === null) return false;
  const DAY_MS = 86_400_000;
  return (
    (day === null || (at >= day && at < day + DAY_MS)) &&
    (before === null || at <= before) &&
    (after === null || at >= after)
  );
}
