import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CallInput } from '../../../client/client.ts';
import { useApi } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { formatDuration } from '../../messages/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import css from './connection-form.module.css';

const w = words.details;

type Props = {
  /** The connection as it would be saved; with its id, marks stand for stored secrets. */
  body: () => CallInput<'testUnsavedConnection'>['body'];
  isDisabled: boolean;
};

/** Connects and signs in with what stands in the form, and shows each step. */
export function TestAuthentication({ body, isDisabled }: Props): ReactNode {
  const test = useApi('testUnsavedConnection');
  return (
    <Panel title={w.testTitle} text={w.testText}>
      <div>
        <Button
          variant="default"
          leftSection={<Icon name="flask" />}
          loading={test.isPending}
          disabled={isDisabled}
          onClick={() => test.mutate({ body: body() })}
        >
          {w.test}
        </Button>
      </div>
      <div aria-live="polite">
        {test.isPending ? <Text c="dimmed">{w.testRunning}</Text> : null}
        {test.data === undefined ? null : (
          <Text fw={600} mb="xs" c={test.data.ok ? 'var(--console-good)' : 'var(--console-bad)'}>
            {test.data.ok ? w.testOk : w.testFailed}
          </Text>
        )}
        {test.data === undefined ? null : (
          <ol className={css['steps']}>
            {test.data.steps.map(({ name, ok, durationMs, detail, error }) => (
              <li key={name} className={css['step']} data-ok={ok}>
                <Icon name={ok ? 'check' : 'cross'} size={14} />
                <span>{w.testSteps[name]}</span>
                <span className={css['took']}>{formatDuration(durationMs)}</span>
                <span className={css['detail']}>{error?.message ?? detail}</span>
              </li>
            ))}
          </ol>
        )}
      </div>
      {test.error === null ? null : <Problem error={test.error} />}
    </Panel>
  );
}
