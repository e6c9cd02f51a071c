import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { trace as words } from '../../messages/en/trace.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Page } from '../../shell/page.tsx';
import { RunningTraces } from './running-traces.tsx';
import css from './trace-page.module.css';

export function StartTracePage(): ReactNode {
  return (
    <Page
      title={words.startTitle}
      lead={words.startLead}
      right="events:view"
      crumbs={[{ label: shell.pages.events, to: '/events' }]}
    >
      <div className={css['start']}>
        <Start />
        <RunningTraces />
        <Panel title={words.how}>
          <ol className={css['steps']}>
            {words.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </Panel>
      </div>
    </Page>
  );
}

function Start(): ReactNode {
  const [name, setName] = useState('');
  const navigate = useNavigate();
  const start = useApi('startTrace');
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const body = name.trim() === '' ? {} : { name: name.trim() };
    start.mutate(
      { body },
      { onSuccess: ({ id }) => void navigate({ to: '/trace/$traceId', params: { traceId: id } }) },
    );
  }
  return (
    <Panel title={terms.startTrace}>
      <form className={css['form']} onSubmit={submit}>
        <TextInput
          label={terms.name}
          description={words.nameHint}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={255}
        />
        <div>
          <Button type="submit" loading={start.isPending} leftSection={<Icon name="events" />} data-key-new>
            {terms.startTrace}
          </Button>
        </div>
        {start.error === null ? null : <Problem error={start.error} />}
      </form>
    </Panel>
  );
}
