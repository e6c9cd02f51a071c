import { Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { QuietHours } from '../../../contract/documents/alert.ts';
import { alerts } from '../../messages/en.ts';
import { FieldGrid, Panel } from '../../parts/parts.ts';
import type { FormProps } from './alert-form.tsx';
import { Ticks } from './rules-fields.tsx';

const words = alerts.quiet;

/** The hours without notifications. */
export function QuietFields({ draft: { isQuiet, quiet }, errors, isDisabled, onChange }: FormProps): ReactNode {
  const set = (part: Partial<QuietHours>) => onChange({ quiet: { ...quiet, ...part } });
  const text = (name: 'from' | 'to' | 'timeZone', type: string) => (
    <TextInput
      label={words[name]}
      type={type}
      value={quiet[name]}
      onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}
      error={errors[`quietHours.${name}`]}
      disabled={isDisabled}
    />
  );
  return (
    <Panel title={words.title} text={words.text}>
      <Switch
        label={alerts.quiet.title}
        checked={isQuiet}
        onChange={({ currentTarget }) => onChange({ isQuiet: currentTarget.checked })}
        disabled={isDisabled}
      />
      {isQuiet ? (
        <>
          <FieldGrid>
            {text('from', 'time')}
            {text('to', 'time')}
            {text('timeZone', 'text')}
          </FieldGrid>
          <Ticks
            label={words.days}
            table={alerts.days}
            isRow
            value={quiet.days}
            error={errors['quietHours.days']}
            isDisabled={isDisabled}
            onChange={(days) => set({ days })}
          />
          <Switch
            label={words.exceptCritical}
            checked={quiet.exceptCritical}
            onChange={({ currentTarget }) => set({ exceptCritical: currentTarget.checked })}
            disabled={isDisabled}
          />
        </>
      ) : null}
    </Panel>
  );
}
