import { Group, NativeSelect, Paper, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { terms, actions as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { ConfirmDialog, Facts, Icon, Note, Panel, TextLink } from '../../parts/parts.ts';
import { isComplete, partsOf } from '../../parts/rules/condition-parts.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { seenWords } from '../../parts/rules/parameter-box.tsx';
import { parametersLoaded, useParameters } from '../../parts/rules/rule-data.ts';
import { useRuleNames } from '../../parts/rules/rule-names.ts';
import type { StepProps } from './action-draft.ts';
import { isScenario, rulesOfScenario, type Scenario, scenarioOf } from './scenarios.ts';

/** `isFree`: no action has the typed name. */
export function BasicDetailsStep(props: StepProps & { isFree: boolean }): ReactNode {
  const { draft, change, errors, isDisabled, isFree } = props;
  const w = words.basics;
  return (
    <Panel title={words.editor.steps.basics[0]}>
      <TextInput
        label={w.name}
        description={w.nameHint}
        {...bind(draft.name, (name) => change({ name }))}
        error={errors['name']}
        disabled={isDisabled}
        required
        maxLength={255}
      />
      <Text size="sm" c="var(--console-good)" role="status" mt={-8} mih="1.2em">
        {isFree ? w.free : ''}
      </Text>
      <Textarea
        label={terms.description}
        description={w.descriptionHint}
        {...bind(draft.description, (description) => change({ description }))}
        error={errors['description']}
        disabled={isDisabled}
        required
        autosize
        minRows={3}
        maxLength={1000}
      />
    </Panel>
  );
}

const choices = Object.entries(words.scenarios).map(([value, [label]]) => ({ value, label }));

/** What the action matches: a scenario, and the rules that it fills in. */
export function RulesStep({ draft, change, errors, isDisabled }: StepProps): ReactNode {
  const w = words.rules;
  const [asked, ask] = useState<Scenario | null>(null);
  const nameOf = useRuleNames();
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
          {...bind(scenario, choose)}
          data={choices}
          disabled={isDisabled}
        />
        {scenario === 'abandon_cart' ? (
          <Text size="sm">
            {w.abandonCart}{' '}
            <TextLink to="/docs/$name" params={{ name: 'recipes' }} hash="e-mail-customers-who-abandon-a-cart">
              {w.abandonCartRecipe}
            </TextLink>
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

const seenAtMost = 6;

/** Where the values come from: the event itself, always. */
export function SourcesStep(): ReactNode {
  const w = words.sources;
  const parameters = useParameters();
  const seen = parameters.filter(({ share }) => share > 0).slice(0, seenAtMost);
  const isCounted = parameters.length > 0 && parameters.length < parametersLoaded;
  const known = !isCounted ? '' : ` ${w.parameters(parameters.length)}.`;
  const seenList = seen.map((one) => (
    <div key={one.name}>
      <Text span ff="monospace" size="sm">
        {one.name}
      </Text>{' '}
      <Note span>{seenWords(one)}</Note>
    </div>
  ));
  return (
    <Panel title={words.editor.steps.sources[0]} text={w.text}>
      <Paper component="section" aria-label={w.event} p="md" bd="1px solid var(--console-line)">
        <Group gap="xs" mb="sm">
          <Icon name="events" size={20} />
          <Text fw={600}>{w.event}</Text>
          <Note>
            <Icon name="lock" size={12} /> {w.fixed}
          </Note>
        </Group>
        <Facts
          facts={[
            [w.from, w.eventFrom],
            [w.gives, `${w.eventGives}${known}`],
            ...(seen.length === 0 ? [] : [[w.seen, seenList] as const]),
          ]}
        />
      </Paper>
    </Panel>
  );
}
