/** Reads one value of the address: every one is a text, and what does not fit counts as not set. */
export type Read<Value> = (given: unknown) => Value | undefined;

/** What every list keeps in its address. `sort` is a column's id, with a minus before it when descending. */
export type ListState = {
  filter?: string | undefined;
  cursor?: string | undefined;
  sort?: string | undefined;
  /** The key of the row that is shown beside the list. */
  peek?: string | undefined;
};

const textMax = 512;

/** A text filter. */
export const textSearch: Read<string> = (given) =>
  typeof given === 'string' && given.length <= textMax ? given : undefined;

/** Text filters of these names. */
export const texts = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, textSearch])) as Record<Name, Read<string>>; // one for each

/** A filter with a closed list of values. */
export function choice<const Values extends readonly string[]>(values: Values): Read<Values[number]> {
  return (given) => values.find((one) => one === given);
}

/** What every list keeps in its address; spread it into `search` beside a page's own filters. */
export const listSearch = { filter: textSearch, cursor: textSearch, sort: textSearch, peek: textSearch };

/** What a page keeps in its address, for `validateSearch`. */
export function search<Reads extends Record<string, Read<string>>>(reads: Reads) {
  type Search = { [Name in keyof Reads]?: ReturnType<Reads[Name]> };
  // Names that a page leaves out would keep their value from the address, so what does not fit becomes undefined.
  return (given: Record<string, unknown>): Search =>
    Object.fromEntries(Object.entries(reads).map(([name, read]) => [name, read(given[name])])) as Search; // by its reader
}

const ranges = ['15m', '1h', '24h', '7d'] as const;

/** A length of time up to now, as `GET /stats` takes it. */
export type Range = (typeof ranges)[number];

/** The range in the address, for pages with a range picker. */
const rangeSearch = choice(ranges);

/** The same for pages with charts, which also show a part of the past. */
export const chartTimeSearch = { range: rangeSearch, from: textSearch, until: textSearch, compare: choice(['week']) };
