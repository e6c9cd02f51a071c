import { NativeSelect, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { Panel } from '../../parts/panel.tsx';
import { isComplete, partsOf } from '../../parts/rules/condition-parts.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { useBehaviors } from '../../parts/rules/use-behaviors.ts';
import type { StepProps } from './action-editor.tsx';
import { isScenario, rulesOfScenario, type Scenario, scenarioOf } from './scenarios.ts';

const w = words.rules;
const choices = Object.entries(words.scenarios).map(([value, [label]]) => ({ value, label }));

export function RulesStep({ draft, change, errors, isDisabled }: StepProps): ReactNode {
  const [asked, ask] = useState<Scenario | null>(null);
  const { nameOf } = useBehaviors();
  const { rules, scenario } = draft;

  function choose(next: string) {
    if (!isScenario(next)) return;
    // Rules of a scenario alone are replaced without a question.
    const clauses = partsOf(rules).length - 1;
    if (clauses === 0 || (clauses === 1 && scenarioOf(rules) !== 'custom'))
      change({ scenario: next, rules: rulesOfScenario(next) });
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
          data={choices}
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
          {'all' in rules && rules.all.length === 0
            ? terms.everyEvent
            : isComplete(rules)
              ? conditionWords(rules, nameOf)
              : '…'}
        </Text>
      </Panel>
      <ConditionStudio
        value={rules}
        onChange={(next) => change({ rules: next })}
        path="rules"
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
