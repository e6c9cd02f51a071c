import type { Searched } from './found.ts';

type Option = { value: string; label: string };

/** The filters of a list by their keys, as its address holds them. */
export type Values = Readonly<Record<string, string | undefined>>;

/** A filter of a list. Without options it is typed (`isMore`), or only links set it. */
export type Filter<Row = never, Key extends string = string> = {
  key: Key;
  label: string;
  /** The values of a row, one of which has to be the chosen one. Without it the server filters. */
  of?: (row: Row) => string | null | readonly string[];
  /** The closed list of values; they may depend on the other filters. */
  options?: readonly Option[] | ((values: Values) => readonly Option[]);
  /** Its values are documents, too many to list: the server searches them. May depend on the other filters. */
  searched?: (values: Values) => Searched;
  /** How a value is named that is not among the options. */
  nameOf?: (value: string) => string;
  /** A filter without which this one makes no sense: a change of it clears this one. */
  clearedBy?: Key;
  /** Its value is shown elsewhere on the page, or by the filter `clearedBy`. */
  hasNoChip?: boolean;
  /** Used now and then: behind *Add filter* until it is set. */
  isMore?: boolean;
  /** A date and time in RFC 3339. */
  isTime?: boolean;
  hint?: string;
  placeholder?: string;
  /** What is wrong with a typed value; null: nothing. */
  problem?: (value: string) => string | null;
};

export function optionsOf({ options }: Filter, values: Values): readonly Option[] | undefined {
  return typeof options === 'function' ? options(values) : options;
}

/** What a change of a filter clears. */
export function cleared(filters: readonly Filter[], key: string): Values {
  return Object.fromEntries(filters.filter((one) => one.clearedBy === key).map((one) => [one.key, undefined]));
}
