import { Checkbox, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { allQuery } from '../../data/api.ts';
import { alerts } from '../../messages/en/alerts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { options } from '../../parts/form/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { useMay } from '../../session/rights.ts';
import type { AlertDraft } from './alert-draft.ts';
import css from './alert-form.module.css';
import type { FormProps } from './alert-form.tsx';

const words = alerts.rules;

/** Which issues are told. */
export function RulesFields({ draft, errors, isDisabled, change }: FormProps): ReactNode {
  const mayConnections = useMay('connections:view');
  const connections = useQuery({ ...allQuery('listConnections'), enabled: mayConnections }).data ?? [];
  const named = new Map(connections.map(({ id, name }) => [id, name]));
  // What was deleted since is still ticked, by its id.
  const all = [...new Set([...named.keys(), ...draft.connectionIds])];
  const reminds = Object.entries(words.reminds).map(([value, label]) => ({ value, label }));
  const isUsual = reminds.some(({ value }) => value === draft.remindEveryMs);
  return (
    <Panel title={terms.rules} text={words.text}>
      <NativeSelect
        label={terms.severity}
        data={options(alerts.severities)}
        value={draft.minSeverity}
        onChange={({ currentTarget }) => change({ minSeverity: currentTarget.value as AlertDraft['minSeverity'] })} // one of the options
        disabled={isDisabled}
      />
      <Ticks
        label={words.on}
        table={alerts.changes}
        value={draft.on}
        error={errors['on']}
        isDisabled={isDisabled}
        onChange={(on) => change({ on })}
      />
      <Ticks
        label={words.kinds}
        hint={words.kindsHint}
        table={alerts.kinds}
        value={draft.kinds}
        error={errors['kinds']}
        isDisabled={isDisabled}
        onChange={(kinds) => change({ kinds })}
      />
      {all.length === 0 ? null : (
        <Ticks
          label={shell.pages.connections}
          hint={words.connectionsHint}
          table={Object.fromEntries(all.map((id) => [id, named.get(id) ?? id]))}
          value={draft.connectionIds}
          error={errors['connectionIds']}
          isDisabled={isDisabled}
          onChange={(connectionIds) => change({ connectionIds })}
        />
      )}
      <NativeSelect
        label={words.remind}
        data={
          isUsual
            ? reminds
            : [...reminds, { value: draft.remindEveryMs, label: formatDuration(Number(draft.remindEveryMs)) }]
        }
        value={draft.remindEveryMs}
        onChange={({ currentTarget }) => change({ remindEveryMs: currentTarget.value })}
        error={errors['remindEveryMs']}
        disabled={isDisabled}
      />
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
  /** Words so short that all of them stand in a row. */
  isRow?: boolean;
  onChange: (value: Value[]) => void;
};

export function Ticks<Value extends string>(props: TicksProps<Value>): ReactNode {
  const { label, hint, table, value, error, isDisabled, isRow = false, onChange } = props;
  return (
    <Checkbox.Group
      label={label}
      description={hint}
      error={error}
      value={[...value]}
      onChange={(next) => onChange(next as Value[])} // the values below
    >
      <div className={css[isRow ? 'days' : 'ticks'] ?? ''}>
        {options(table).map((one) => (
          <Checkbox key={one.value} value={one.value} label={one.label} disabled={isDisabled} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
