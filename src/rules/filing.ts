import type { CompiledCondition, Conjunct, Need } from './compile.ts';

export type Test = Conjunct['matches'];
export type Choice = Extract<Need, { kind: 'choice' }>;

/** The choices with the same name are searched together: their texts are of one parameter, and compared in one way. */
export const bucketName = (choice: Choice) => `${choice.ignoreCase ? 'i' : 'e'}${choice.parameter}`;

/** By bucket and text. */
type ChoiceCounts = Map<string, Map<string, number>>;

/** How many entries name each text of each parameter: an upper bound for the length of its slot list. */
export function countChoices(entries: readonly { condition: CompiledCondition }[]): ChoiceCounts {
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

/** Chooses where to file a condition. A conjunct that equals the choice it is filed under needs no test. */
export function split({ conjuncts }: CompiledCondition, counts: ChoiceCounts): { filing: Filing | null; rest: Test[] } {
  const filings = conjuncts.map(({ need }) => cheapest(need, counts));
  const filing = lowest(filings);
  const answered = filing === null ? -1 : filings.indexOf(filing);
  const rest = conjuncts.filter(({ need }, index) => index !== answered || need.kind !== 'choice');
  return { filing, rest: rest.map(({ matches }) => matches) };
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
