import { seededRandom } from '../../src/cli/demo/random.ts';
import type { Condition } from '../../src/contract/documents/condition.ts';
import type { Event } from '../../src/contract/records/event.ts';
import { compileCondition, sharedParts } from '../../src/rules/compile.ts';
import { ruleIndex } from '../../src/rules/index.ts';
import { standardBehaviors } from '../../src/rules/standard-behaviors.ts';
import { answerCalls } from '../child.ts';
import { nowUs } from '../clock.ts';
import { sampleEvent } from '../events.ts';

/** `chosen`: each action requires a behavior and a product. `searched`: each searches a title for a text. */
export type RuleShape = 'chosen' | 'searched';

export type RulesCalls = {
  /**
   * Matches events against this many actions; returns microseconds per event. Each event matches exactly one, or none.
   */
  match(input: { actions: number; shape: RuleShape; events: number }): { usPerEvent: number };
};

const behaviors = new Map(standardBehaviors.map(({ id, name, condition }) => [id, { name, condition }]));
const viewProduct = standardBehaviors.find(({ name }) => name === 'View Product')?.id ?? '';
const differentEvents = 1_000;

const conditions: Record<RuleShape, (i: number) => Condition> = {
  chosen: (i) => ({
    all: [{ behavior: viewProduct }, { parameter: 'wt.pn_sku', operator: 'equals', value: `SKU-${i}` }],
  }),
  searched: (i) => ({ parameter: 'wt.ti', operator: 'contains', value: `word-${i}` }),
};

answerCalls<RulesCalls>({
  match({ actions, shape, events }) {
    const shared = sharedParts();
    const entries = Array.from({ length: actions }, (_, i) => {
      const compiled = compileCondition(conditions[shape](i), behaviors, shared);
      if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
      return { condition: compiled.condition };
    });
    const index = ruleIndex(() => entries);
    const random = seededRandom(actions);
    const samples = Array.from({ length: differentEvents }, () =>
      eventOf({ ...sampleEvent(random), 'wt.pn_sku': `SKU-${Math.floor(random() * actions)}` }),
    );
    const expected = shape === 'chosen' ? 1 : 0;
    const pass = (count: number) => {
      let matched = 0;
      for (let i = 0; i < count; i++) {
        const event = samples[i % differentEvents];
        if (event !== undefined) matched += index.match(event).length;
      }
      if (matched !== expected * count) throw new Error(`${matched} of ${count} events matched`);
    };
    pass(Math.ceil(events / 5));
    const startedUs = nowUs();
    pass(events);
    return { usPerEvent: (nowUs() - startedUs) / events };
  },
});

function eventOf(data: Record<string, string>): Event {
  const at = '2026-01-01T00:00:00.000Z';
  const source = { collectorId: 'col_bench', format: 'infinity' };
  const { 'wt.ev': name = null, 'wt.dcsvid': visitorId = null } = data;
  return {
    id: 'evt_bench',
    name,
    visitorId,
    anonymousId: null,
    sessionId: null,
    occurredAt: at,
    receivedAt: at,
    data,
    ext: {},
    session: {},
    source,
  };
}
