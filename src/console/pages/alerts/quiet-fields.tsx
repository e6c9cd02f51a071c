import { Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { QuietHours } from '../../../contract/documents/alert.ts';
import { alerts } from '../../messages/en/alerts.ts';
import { Panel } from '../../parts/panel.tsx';
import css from './alert-form.module.css';
import type { FormProps } from './alert-form.tsx';
import { Ticks } from './rules-fields.tsx';

const words = alerts.quiet;

/** The quiet hours of an alert. */
export function QuietFields({ draft: { isQuiet, quiet }, errors, isDisabled, change }: FormProps): ReactNode {
  const set = (part: Partial<QuietHours>) => change({ quiet: { ...quiet, ...part } });
  return (
    <Panel title={words.title} text={words.text}>
      <Switch
        label={alerts.quiet.title}
        checked={isQuiet}
        onChange={({ currentTarget }) => change({ isQuiet: currentTarget.checked })}
        disabled={isDisabled}
      />
      {isQuiet ? (
        <>
          <div className={css['pair']}>
            <TextInput
              label={words.from}
              type="time"
              value={quiet.from}
              onChange={({ currentTarget }) => set({ from: currentTarget.value })}
              error={errors['quietFrom']}
              disabled={isDisabled}
            />
            <TextInput
              label={words.to}
              type="time"
              value={quiet.to}
              onChange={({ currentTarget }) => set({ to: currentTarget.value })}
              error={errors['quietTo']}
              disabled={isDisabled}
            />
            <TextInput
              label={words.timeZone}
              value={quiet.timeZone}
              onChange={({ currentTarget }) => set({ timeZone: currentTarget.value })}
              error={errors['timeZone']}
              disabled={isDisabled}
            />
          </div>
          <Ticks
            label={words.days}
            table={alerts.days}
            isRow
            value={quiet.days}
            error={errors['quietDays']}
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
