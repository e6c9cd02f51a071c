import { NativeSelect, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { Panel } from '../../parts/panel.tsx';
import { conditionOf, isComplete } from '../../parts/rules/condition-draft.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { useBehaviors } from '../../parts/rules/use-behaviors.ts';
import type { StepProps } from './action-editor.tsx';
import { isScenario, rulesOfScenario, type Scenario, scenarioOf, scenarios } from './scenarios.ts';

const w = words.rules;

export function RulesStep({ draft, change, errors, isDisabled }: StepProps): ReactNode {
  const [asked, ask] = useState<Scenario | null>(null);
  const { nameOf } = useBehaviors();
  const { rules, scenario } = draft;

  function choose(next: string) {
    if (!isScenario(next)) return;
    // Of nothing but a scenario's own rules, nothing is lost.
    const isPlain = rules.clauses.length === 0 || (rules.clauses.length === 1 && scenarioOf(rules) !== 'custom');
    if (isPlain) change({ scenario: next, rules: rulesOfScenario(next) });
    else if (next === 'custom') change({ scenario: next });
    else ask(next);
  }

  return (
    <>
      <Panel title={w.title}>
        <NativeSelect
          label={w.scenario}
          description={w.scenarioHint}
          value={scenario}
          onChange={(event) => choose(event.currentTarget.value)}
          data={scenarios.map((value) => ({ value, label: words.scenarios[value][0] }))}
          disabled={isDisabled}
        />
        {scenario === 'abandon_cart' ? (
          <Text size="sm">
            {w.abandonCart}{' '}
            <Link to="/docs/$name" params={{ name: 'recipes' }} hash="e-mail-customers-who-abandon-a-cart">
              {w.abandonCartRecipe}
            </Link>
          </Text>
        ) : null}
        <Text component="p" m={0} aria-live="polite">
          <Text span c="dimmed">
            {w.inWords}:{' '}
          </Text>
          {rules.clauses.length === 0 && rules.join === 'all' && !rules.isNot
            ? terms.everyEvent
            : isComplete(rules)
              ? conditionWords(conditionOf(rules), nameOf)
              : '…'}
        </Text>
      </Panel>
      <ConditionStudio
        value={rules}
        onChange={(next) => change({ rules: next })}
        errors={errors}
        isDisabled={isDisabled}
      />
      <ConfirmDialog
        isOpen={asked !== null}
        title={w.replaceTitle}
        verb={w.replace}
        onCancel={() => ask(null)}
        onConfirm={() => {
          if (asked !== null) change({ scenario: asked, rules: rulesOfScenario(asked) });
          ask(null);
        }}
      >
        {w.replaceText}
      </ConfirmDialog>
    </>
  );
}
