import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { live, useApi, useApiQuery } from '../../data/data.ts';
import { formatRelative, shell, terms, trace as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { ActButton, AutoGrid, Icon, Note, Panel, Problem, TextLink, Time, useNow } from '../../parts/parts.ts';
import { Page } from '../../shell/page.tsx';

export function StartTracePage(): ReactNode {
  return (
    <Page
      title={words.startTitle}
      lead={words.startLead}
      right="events:view"
      crumbs={[{ label: shell.pages.events, to: '/events' }]}
    >
      <AutoGrid min="24rem">
        <Start />
        <RunningTraces />
        <Panel title={words.how}>
          <ol style={{ margin: 0, paddingInlineStart: '1.3rem' }}>
            {words.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </Panel>
      </AutoGrid>
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
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={terms.name} description={words.nameHint} {...bind(name, setName)} maxLength={255} />
          <div>
            <Button
              variant="filled"
              type="submit"
              loading={start.isPending}
              leftSection={<Icon name="events" />}
              data-key-new
            >
              {terms.startTrace}
            </Button>
          </div>
          <Problem error={start.error} />
        </Stack>
      </form>
    </Panel>
  );
}

/** The running traces of all users, each with the button that stops it. */
function RunningTraces(): ReactNode {
  const now = useNow();
  const { data } = useApiQuery('listTraces', { query: { state: 'running', limit: 100 } }, live);
  if (data === undefined || data.data.length === 0) return null;
  return (
    <Panel title={words.running}>
      <Stack role="list" gap="sm">
        {data.data.map(({ id, name, startedAt, expiresAt }) => (
          <Group role="listitem" key={id} justify="space-between" gap="xs">
            <div>
              <TextLink to="/trace/$traceId" params={{ traceId: id }} fw={600}>
                {name ?? words.unnamedTrace}
              </TextLink>
              <Note>
                {words.started} <Time at={startedAt} />, {words.endsIn(formatRelative(new Date(expiresAt), now))}
              </Note>
            </div>
            <ActButton
              route="stopTrace"
              input={{ params: { id } }}
              done={words.stopped}
              size="xs"
              leftSection={<Icon name="stop" size={13} />}
              aria-label={words.stopOf(name ?? words.unnamedTrace)}
            >
              {terms.stop}
            </ActButton>
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
