import { Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { trace as words } from '../../messages/en/trace.ts';
import { formatRelative } from '../../messages/format.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { saveFile } from '../../parts/list/save-file.ts';
import { Toned } from '../../parts/status-badge.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { LoadedPage } from '../../shell/loaded-page.tsx';
import { Attach } from './attach.tsx';
import { Timeline } from './timeline.tsx';

export type Trace = Answer<'getTrace'>;

export function TracePage(): ReactNode {
  const { traceId } = useParams({ from: '/shell/trace/$traceId' });
  const query = useQuery({
    ...apiQuery('getTrace', { params: { id: traceId } }),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isUnfinished(data) ? liveMs : false),
    staleTime: 0,
  });
  return (
    <LoadedPage
      query={query}
      one={words.title}
      nameOf={({ name }) => name ?? words.title}
      right="events:view"
      crumbs={[
        { label: shell.pages.events, to: '/events' },
        { label: words.startTitle, to: '/trace' },
      ]}
      lead={(trace) => <State trace={trace} />}
      actions={(trace) => <Actions trace={trace} />}
    >
      {(trace) => (
        <Stack gap="lg">
          {trace.state === 'running' ? <Attach trace={trace} /> : null}
          <Timeline trace={trace} />
        </Stack>
      )}
    </LoadedPage>
  );
}

/** Whether anything may still come: events while it runs, and answers to what was set off. */
function isUnfinished({ state, events }: Trace): boolean {
  return (
    state === 'running' || events.some(({ deliveries }) => deliveries.some(({ finishedAt }) => finishedAt === null))
  );
}

function State({ trace: { state, expiresAt, startedAt } }: { trace: Trace }): ReactNode {
  const now = useNow();
  const isRunning = state === 'running';
  return (
    <Group gap={6} role="status">
      <Toned tone={isRunning ? 'work' : 'calm'} icon={isRunning ? 'clock' : 'check'}>
        {words.states[state]}
      </Toned>
      {isRunning ? <span>{words.endsIn(formatRelative(new Date(expiresAt), now))}</span> : <Time at={startedAt} />}
    </Group>
  );
}

function Actions({ trace }: { trace: Trace }): ReactNode {
  return (
    <>
      <CopyButton text={`${location.origin}/trace/${trace.id}`} label={terms.copyLink} size="sm" />
      <Button
        variant="default"
        leftSection={<Icon name="code" />}
        onClick={() => saveFile(`${trace.id}.json`, JSON.stringify(trace, null, 2), 'application/json')}
      >
        {words.export}
      </Button>
      {trace.state === 'running' ? (
        <ActButton
          route="stopTrace"
          input={{ params: { id: trace.id } }}
          done={words.stopped}
          variant="filled"
          leftSection={<Icon name="stop" />}
        >
          {terms.stop}
        </ActButton>
      ) : null}
    </>
  );
}
