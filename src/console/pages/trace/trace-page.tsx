import { Button, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { trace as words } from '../../messages/en/trace.ts';
import { formatRelative } from '../../messages/format.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { saveFile } from '../../parts/list/save-file.ts';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { Attach } from './attach.tsx';
import { Timeline } from './timeline.tsx';
import css from './trace-page.module.css';

export type Trace = Answer<'getTrace'>;

export function TracePage(): ReactNode {
  const { traceId } = useParams({ from: '/shell/trace/$traceId' });
  const { data, error, refetch } = useQuery({
    ...apiQuery('getTrace', { params: { id: traceId } }),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnfinished(state.data) ? liveMs : false),
    staleTime: 0,
  });
  return (
    <Page
      title={words.title}
      object={data?.name ?? words.title}
      id={data?.id}
      right="events:view"
      crumbs={[
        { label: shell.pages.events, to: '/events' },
        { label: words.startTitle, to: '/trace' },
      ]}
      lead={data === undefined ? undefined : <State trace={data} />}
      actions={data === undefined ? undefined : <Actions trace={data} />}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? (
        <Stack aria-busy="true">
          <Skeleton height={180} />
          <Skeleton height={240} />
        </Stack>
      ) : null}
      {data === undefined ? null : (
        <div className={css['page']}>
          {data.state === 'running' ? <Attach trace={data} /> : null}
          <Timeline trace={data} />
        </div>
      )}
    </Page>
  );
}

/** Whether anything may still come: events while it runs, and answers to what was set off. */
function isUnfinished({ state, events }: Trace): boolean {
  return (
    state === 'running' || events.some(({ deliveries }) => deliveries.some(({ finishedAt }) => finishedAt === null))
  );
}

function State({ trace }: { trace: Trace }): ReactNode {
  const now = useNow();
  const isRunning = trace.state === 'running';
  return (
    <span className={css['state']} data-running={isRunning} role="status">
      <Icon name={isRunning ? 'clock' : 'check'} size={13} />
      <strong>{words.states[trace.state]}</strong>
      {isRunning ? (
        <span>{words.endsIn(formatRelative(new Date(trace.expiresAt), now))}</span>
      ) : (
        <Time at={trace.startedAt} />
      )}
    </span>
  );
}

function Actions({ trace }: { trace: Trace }): ReactNode {
  const stop = useApi('stopTrace');
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
        <Button
          leftSection={<Icon name="stop" />}
          loading={stop.isPending}
          onClick={() =>
            stop.mutate(
              { params: { id: trace.id } },
              { onSuccess: () => notifyDone(words.stopped), onError: notifyFailed },
            )
          }
        >
          {terms.stop}
        </Button>
      ) : null}
    </>
  );
}
