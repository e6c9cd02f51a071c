import { Checkbox, Group, SimpleGrid } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAllQuery } from '../../data/data.ts';
import { alertFacts as facts } from '../../data/schema-facts.ts';
import { alerts, formatDuration, issues, shell, terms } from '../../messages/en.ts';
import { controlsOf, errorAt } from '../../parts/form/form-controls.tsx';
import { options } from '../../parts/form/options.ts';
import { Panel } from '../../parts/parts.ts';
import { sharedFields } from './alert-draft.ts';
import type { FormProps } from './alert-form.tsx';

const words = alerts.rules;

/** The issues to notify about. */
export function RulesFields(form: FormProps): ReactNode {
  const { draft, errors, isDisabled, onChange } = form;
  const connections = useAllQuery('listConnections').data ?? [];
  const named = new Map(connections.map(({ id, name }) => [id, name]));
  // A connection that was deleted since is still ticked, by its id.
  const all = [...new Set([...named.keys(), ...draft.connectionIds])];
  const { minSeverity, remindEveryMs } = sharedFields;
  const field = controlsOf({ minSeverity, remindEveryMs }, facts, alerts.fields, form);
  const every = draft.remindEveryMs;
  return (
    <Panel title={terms.rules} text={words.text}>
      {field('minSeverity', { options: alerts.severities })}
      <Ticks
        label={words.on}
        table={alerts.changes}
        value={draft.on}
        error={errorAt(errors, 'rules.on')}
        isDisabled={isDisabled}
        onChange={(on) => onChange({ on })}
      />
      <Ticks
        label={words.kinds}
        hint={words.kindsHint}
        table={issues.kinds}
        value={draft.kinds}
        error={errorAt(errors, 'rules.kinds')}
        isDisabled={isDisabled}
        onChange={(kinds) => onChange({ kinds })}
      />
      {all.length === 0 ? null : (
        <Ticks
          label={shell.pages.connections}
          hint={words.connectionsHint}
          table={Object.fromEntries(all.map((id) => [id, named.get(id) ?? id]))}
          value={draft.connectionIds}
          error={errorAt(errors, 'rules.connectionIds')}
          isDisabled={isDisabled}
          onChange={(connectionIds) => onChange({ connectionIds })}
        />
      )}
      {field('remindEveryMs', {
        description: null, // the default is milliseconds
        options: { ...words.reminds, ...(every in words.reminds ? {} : { [every]: formatDuration(Number(every)) }) },
      })}
    </Panel>
  );
}

type TicksProps<Value extends string> = {
  label: string;
  hint?: string;
  table: Readonly<Record<Value, string>>;
  value: readonly Value[];
  error?: string | undefined;
  isDisabled: boolean;
  /** The labels are so short that all fit into a row. */
  isRow?: boolean;
  onChange: (value: Value[]) => void;
};

/** Several of a closed list of values to tick. */
export function Ticks<Value extends string>(props: TicksProps<Value>): ReactNode {
  const { label, hint, table, value, error, isDisabled, isRow = false, onChange } = props;
  const boxes = options(table).map((one) => (
    <Checkbox key={one.value} value={one.value} label={one.label} disabled={isDisabled} />
  ));
  return (
    <Checkbox.Group
      label={label}
      description={hint}
      error={error}
      value={[...value]}
      onChange={(next) => onChange(next as Value[])} // the values of the boxes
    >
      {isRow ? (
        <Group my={6}>{boxes}</Group>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="xs" my={6}>
          {boxes}
        </SimpleGrid>
      )}
    </Checkbox.Group>
  );
}
