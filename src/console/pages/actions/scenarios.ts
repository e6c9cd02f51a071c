import type { Condition } from '../../../contract/documents/condition.ts';
import { actions } from '../../messages/en.ts';
import type { IconName } from '../../parts/parts.ts';
import { newGroup } from '../../parts/rules/condition-parts.ts';

/** What a new action starts with: a standard behavior, or nothing. */
export type Scenario = keyof typeof actions.scenarios;

const scenarios = Object.keys(actions.scenarios) as Scenario[]; // the keys of a constant object

/** The scenarios of the gallery. */
export const firstScenarios: readonly [Scenario, IconName][] = [
  ['view_page', 'events'],
  ['add_product_to_cart', 'plus'],
  ['abandon_cart', 'clock'],
  ['purchase', 'check'],
  ['sign_in', 'user'],
  ['custom', 'behaviors'],
];

export const isScenario = (text: string | undefined): text is Scenario => scenarios.some((one) => one === text);

/** The rules that a scenario fills in. */
export const rulesOfScenario = (scenario: Scenario): Condition =>
  newGroup('all', scenario === 'custom' ? [] : [{ behavior: behaviorOf(scenario) }]);

/** The scenario that rules come from: that of the behavior they begin with. */
export function scenarioOf(rules: Condition): Scenario {
  const first = 'all' in rules ? rules.all[0] : undefined;
  if (first === undefined || !('behavior' in first)) return 'custom';
  return scenarios.find((one) => one !== 'custom' && behaviorOf(one) === first.behavior) ?? 'custom';
}

const behaviorOf = (scenario: Scenario) => `beh_std_${scenario}`;
