import type { CompiledCondition, Conjunct, Need } from './compile.ts';

export type Test = Conjunct['matches'];
export type Choice = Extract<Need, { kind: 'choice' }>;

/** The choices with the same name are searched together: their texts are of one parameter, and compared in one way. */
export const bucketName = (choice: Choice) => `${choice.ignoreCase ? 'i' : 'e'}${choice.parameter}`;

/**
 * Chooses under which texts to file each condition, so that few others are filed there; `choices` null: there are none.
 * `rest`: the tests that remain for one that is found there. A conjunct that equals its choice needs no test.
 */
export function chooseFilings(entries: readonly { condition: CompiledCondition }[]) {
  const counts = countChoices(entries);
  const shared = sharedLists<Test>();
  return ({ conjuncts }: CompiledCondition): { choices: readonly Choice[] | null; rest: readonly Test[] } => {
    const filings = conjuncts.map(({ need }) => cheapest(need, counts));
    const filing = lowest(filings);
    const filed = filing === null ? -1 : filings.indexOf(filing);
    const rest = conjuncts.filter(({ need }, index) => index !== filed || need.kind !== 'choice');
    return { choices: filing?.choices ?? null, rest: shared(rest.map(({ matches }) => matches)) };
  };
}

/** By bucket and text. */
type ChoiceCounts = Map<string, Map<string, number>>;

/** How many entries name each text of each parameter: an upper bound for the length of its slot list. */
function countChoices(entries: readonly { condition: CompiledCondition }[]): ChoiceCounts {
  const counts: ChoiceCounts = new Map();
  const visit = (need: Need): void => {
    if (need.kind !== 'choice') {
      need.needs.forEach(visit);
      return;
    }
    const name = bucketName(need);
    const texts = counts.get(name) ?? new Map<string, number>();
    counts.set(name, texts);
    for (const text of need.texts) texts.set(text, (texts.get(text) ?? 0) + 1);
  };
  for (const entry of entries) for (const conjunct of entry.condition.conjuncts) visit(conjunct.need);
  return counts;
}

type Filing = { cost: number; choices: Choice[] };

/**
 * The choices to file a condition under, of which one is met whenever the condition holds; null when there are none.
 */
function cheapest(need: Need, counts: ChoiceCounts): Filing | null {
  if (need.kind === 'choice') {
    const texts = counts.get(bucketName(need));
    return { cost: need.texts.reduce((sum, text) => sum + (texts?.get(text) ?? 0), 0), choices: [need] };
  }
  const filings = need.needs.map((one) => cheapest(one, counts));
  if (need.kind === 'every') return lowest(filings);
  const whole: Filing = { cost: 0, choices: [] };
  for (const filing of filings) {
    if (filing === null) return null;
    whole.cost += filing.cost;
    whole.choices.push(...filing.choices);
  }
  return whole;
}

/** The first filing of the lowest cost. */
function lowest(filings: readonly (Filing | null)[]): Filing | null {
  return filings.reduce((best, one) => (one !== null && (best === null || one.cost < best.cost) ? one : best), null);
}

/**
 * Equal lists are shared, so that thousands of entries with the same tests share memory. Compares only with a few
 * lists of the same beginning, where equal ones are, so filing stays linear.
 */
function sharedLists<T>(): (list: readonly T[]) => readonly T[] {
  const byFirst = new Map<T | undefined, (readonly T[])[]>();
  return (list) => {
    const alike = byFirst.get(list[0]) ?? [];
    const same = alike.find((one) => one.length === list.length && one.every((item, i) => item === list[i]));
    if (same !== undefined) return same;
    if (alike.length < listsCompared) alike.push(list);
    byFirst.set(list[0], alike);
    return list;
  };
}

const listsCompared = 16;
