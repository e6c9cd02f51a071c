import { startChild } from '../child.ts';
import type { RulesCalls } from '../processes/rules.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

/** The cost of matching one event against many actions, without anything else. */
export const rules: Scenario = {
  name: 'rules',
  title: 'Matching one event against 10, 1,000 and 10,000 actions',
  roundsUsual: 10,
  async run(options) {
    const found = await rounds(options, async () => {
      const few = await match(10, 'chosen', 500_000);
      const many = await match(1_000, 'chosen', 500_000);
      const most = await match(10_000, 'chosen', 500_000);
      const searched = await match(10_000, 'searched', 1_000);
      return { few, many, most, ratio: most / few, searched };
    });
    return [
      { name: '10 actions', unit: 'µs/event', values: found.few },
      { name: '1,000 actions', unit: 'µs/event', values: found.many },
      { name: '10,000 actions', unit: 'µs/event', values: found.most },
      {
        name: '10,000 actions over 10',
        unit: 'ratio',
        values: found.ratio,
        landing: atMost(2),
        goal: atMost(1.2),
      },
      { name: '10,000 actions that all search a text', unit: 'µs/event', values: found.searched },
    ];
  },
};

/** In its own process, so that one index does not affect the compiled code of the next. */
async function match(actions: number, shape: 'chosen' | 'searched', events: number): Promise<number> {
  await using child = startChild<RulesCalls>('rules.ts');
  return (await child.call('match', { actions, shape, events })).usPerEvent;
}
