/** What a figure has to keep to. */
export type Bound = { side: 'least' | 'most'; value: number };

/** One figure: its value in each round, and what was promised of it at first and at last. */
export type Measure = {
  name: string;
  unit: string;
  values: number[];
  landing?: Bound;
  goal?: Bound;
};

export type RunOptions = {
  rounds: number;
  /** Smaller or larger than usual: for `backlog` and `disk`, how many events. */
  size: number | null;
  /** Says what is going on, for whoever waits. */
  say(line: string): void;
};

/** Something to measure. `run` throws when anything was lost, repeated or refused without need. */
export type Scenario = {
  name: string;
  title: string;
  /** How many rounds when nobody says; else three. */
  roundsUsual?: number;
  run(options: RunOptions): Promise<Measure[]>;
};

export const atLeast = (value: number): Bound => ({ side: 'least', value });
export const atMost = (value: number): Bound => ({ side: 'most', value });

/** Calls `measure` once a round; answers for each figure its values of all rounds. */
export async function rounds<Name extends string>(
  { rounds: count, say }: RunOptions,
  measure: (round: number) => Promise<Record<Name, number>>,
): Promise<Record<Name, number[]>> {
  const values: Partial<Record<Name, number[]>> = {};
  for (let round = 1; round <= count; round++) {
    const found = await measure(round);
    const names = Object.keys(found) as Name[]; // the keys of the record that measure answers
    for (const name of names) {
      values[name] ??= [];
      values[name].push(found[name]);
    }
    say(`round ${round}: ${names.map((name) => `${name} ${short(found[name])}`).join(', ')}`);
  }
  return values as Record<Name, number[]>; // every round answers every name, and there is at least one
}

/** Three digits or the whole number. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toPrecision(3)));
}
