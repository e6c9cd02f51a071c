import { actions } from '../../messages/en/actions.ts';
import type { IconName } from '../../parts/icon.tsx';
import { type GroupDraft, newBehavior, newGroup } from '../../parts/rules/condition-draft.ts';

/** What an action can begin with: a standard behavior, or nothing. */
export type Scenario = keyof typeof actions.scenarios;

export const scenarios = Object.keys(actions.scenarios) as Scenario[]; // the keys of a constant object

/** Those that most people begin with, for the gallery. */
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
export function rulesOfScenario(scenario: Scenario): GroupDraft {
  return newGroup(scenario === 'custom' ? [] : [newBehavior(behaviorOf(scenario))]);
}

/** The scenario that rules come from: that of the behavior they begin with. */
export function scenarioOf({ join, isNot, clauses: [first] }: GroupDraft): Scenario {
  if (join !== 'all' || isNot || first?.kind !== 'behavior' || first.isNot) return 'custom';
  return scenarios.find((one) => one !== 'custom' && behaviorOf(one) === first.id) ?? 'custom';
}

const behaviorOf = (scenario: Scenario) => `beh_std_${scenario}`;
