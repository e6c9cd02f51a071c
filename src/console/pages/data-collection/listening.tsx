import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { apiQuery } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import type { Collector } from './collector.ts';
import css from './send-tab.module.css';
import { sendTestEvent } from './send-test-event.ts';

const words = dataCollection.listening;

const shown = 5;

/** Waits for what a collector takes in, and turns green when something comes. */
export function Listening({ collector }: { collector: Collector }): ReactNode {
  const maySee = useMay('events:view');
  const { data, error, refetch } = useQuery({
    ...apiQuery('listEvents', { query: { collectorId: collector.id, limit: shown } }),
    enabled: maySee,
    refetchInterval: liveMs,
    staleTime: 0,
  });
  const send = useMutation({ mutationFn: () => sendTestEvent(collector.key), onSuccess: () => void refetch() });
  const refused = send.data?.ok === false ? words.testRefused(send.data.status) : null;
  return (
    <Panel title={words.title}>
      {maySee ? (
        <Arrivals events={data?.data} key={collector.id} />
      ) : (
        <Text c="dimmed">{words.noRight(rights['events:view'])}</Text>
      )}
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      <div>
        <Button
          variant="default"
          leftSection={<Icon name="flask" />}
          loading={send.isPending}
          disabled={collector.status === 'disabled'}
          onClick={() => send.mutate()}
        >
          {words.test}
        </Button>
        <Text size="sm" c={refused === null ? 'dimmed' : 'var(--console-bad)'} mt={6} role="status">
          {refused ?? words.testHint}
        </Text>
      </div>
      {send.error === null ? null : <Problem error={send.error} />}
    </Panel>
  );
}

type Event = Answer<'getEvent'>;

function Arrivals({ events }: { events: readonly Event[] | undefined }): ReactNode {
  // The newest one when the page was opened: whatever is newer has come while somebody watches.
  const [before, setBefore] = useState<string | null>(null);
  if (before === null && events !== undefined) setBefore(events[0]?.id ?? '');
  const newest = events?.[0];
  const isNew = newest !== undefined && before !== null && newest.id > before;
  const state = isNew ? 'received' : newest === undefined ? 'waiting' : 'idle';
  return (
    <>
      <div className={css['state']} data-state={state} role="status">
        {isNew ? <Icon name="check" size={16} /> : <span className={css['pulse']} aria-hidden="true" />}
        <span>
          {isNew ? words.received(newest.name ?? words.unnamed) : words[state === 'idle' ? 'idle' : 'waiting']}
        </span>
      </div>
      {newest === undefined ? (
        <Text c="dimmed">{words.waitingText}</Text>
      ) : (
        <div>
          <Text fw={550}>{words.latest}</Text>
          <ul className={css['latest']}>
            {events?.map(({ id, name, visitorId, receivedAt }) => (
              <li key={id}>
                <Link to="/events/$eventId" params={{ eventId: id }}>
                  {name ?? terms.noName}
                </Link>
                <Text size="sm" c="dimmed" component="span">
                  <Time at={receivedAt} />
                </Text>
                {visitorId === null ? null : (
                  <Text size="sm" c="dimmed" className={css['visitor'] ?? ''} truncate>
                    {words.visitor(visitorId)}
                  </Text>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
