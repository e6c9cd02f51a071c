import type { Cost } from './process-usage.ts';

/** The bound of a figure. */
export type Bound = { side: 'least' | 'most'; value: number };

/** One figure: its value in each round, its first bound and its goal. */
export type Measure = {
  name: string;
  unit: string;
  values: number[];
  landing?: Bound;
  goal?: Bound;
};

export type RunOptions = {
  rounds: number;
  /** Size other than the default: for `backlog` and `disk`, the number of events. */
  size: number | null;
  /** Reports progress. */
  say(line: string): void;
};

/** Something to measure. `run` throws when anything was lost, duplicated or refused without reason. */
export type Scenario = {
  name: string;
  title: string;
  /** Default number of rounds, if not three. */
  roundsUsual?: number;
  run(options: RunOptions): Promise<Measure[]>;
};

export const atLeast = (value: number): Bound => ({ side: 'least', value });
export const atMost = (value: number): Bound => ({ side: 'most', value });

/** Calls `measure` once a round; returns the values of all rounds per figure. */
export async function rounds<Name extends string>(
  { rounds: count, say }: RunOptions,
  measure: (round: number) => Promise<Record<Name, number>>,
): Promise<Record<Name, number[]>> {
  const values: Partial<Record<Name, number[]>> = {};
  for (let round = 1; round <= count; round++) {
    const found = await measure(round);
    const names = Object.keys(found) as Name[]; // the keys of the record that measure returns
    for (const name of names) {
      values[name] ??= [];
      values[name].push(found[name]);
    }
    say(`round ${round}: ${names.map((name) => `${name} ${short(found[name])}`).join(', ')}`);
  }
  return values as Record<Name, number[]>; // every round returns every name, and there is at least one
}

/** Three digits or the whole number. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toPrecision(3)));
}

/** The figures of a cost in one round, with names that begin with `name`. */
export function costFigures<Name extends string>(name: Name, { main, workers, helpers, total }: Cost) {
  return {
    [`${name}Total`]: total,
    [`${name}Main`]: main,
    [`${name}Workers`]: workers,
    [`${name}Helpers`]: helpers,
  } as Record<`${Name}${'Total' | 'Main' | 'Workers' | 'Helpers'}`, number>; // a computed name has the type string
}

/** The measures of `costFigures`. */
export function costMeasures<Name extends string>(
  name: Name,
  title: string,
  found: Record<`${Name}${'Total' | 'Main' | 'Workers' | 'Helpers'}`, number[]>,
): Measure[] {
  const unit = 'µs/event';
  return [
    { name: `${title}, processor time`, unit, values: found[`${name}Total`] },
    { name: `${title}, processor time of the main thread`, unit, values: found[`${name}Main`] },
    { name: `${title}, processor time of worker threads`, unit, values: found[`${name}Workers`] },
    { name: `${title}, processor time of V8's own threads`, unit, values: found[`${name}Helpers`] },
  ];
}
