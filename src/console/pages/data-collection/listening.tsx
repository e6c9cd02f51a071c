import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { useApiQuery } from '../../data/api.ts';
import { live } from '../../data/refresh.ts';
import { dataCollection, terms } from '../../messages/en.ts';
import { Icon, Note, Panel, Problem, TextLink, Time } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import type { Collector } from './collector.ts';

const words = dataCollection.listening;

const shown = 5;

/** Waits for the events of a collector, and turns green when one comes. */
export function Listening({ collector }: { collector: Collector }): ReactNode {
  const maySee = useMay('events:view');
  const { data, error, refetch } = useApiQuery(
    'listEvents',
    { query: { collectorId: collector.id, limit: shown } },
    { ...live, staleTime: 0, enabled: maySee },
  );
  const send = useMutation({ mutationFn: () => sendTestEvent(collector.key), onSuccess: () => void refetch() });
  const refused = send.data === undefined || send.data.ok ? null : words.testRefused(send.data.status);
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
      <Problem error={send.error} />
    </Panel>
  );
}

/** Sends one event to a collector of this server, as any page would: without credentials, with the key alone. */
function sendTestEvent(key: string): Promise<Response> {
  const event = { 'wt.ev': 'test_event', 'wt.ti': 'Sent from the console', 'wt.dcsvid': 'console' };
  return fetch(`/v3/${encodeURIComponent(key)}`, {
    method: 'POST',
    credentials: 'omit',
    body: JSON.stringify({ events: [event] }),
  });
}

function Arrivals({ events }: { events: readonly Answer<'getEvent'>[] | undefined }): ReactNode {
  // The newest event when the page was opened: a newer one has come since.
  const [before, setBefore] = useState<string | null>(null);
  if (before === null && events !== undefined) setBefore(events[0]?.id ?? '');
  const newest = events?.[0];
  const isNew = newest !== undefined && before !== null && newest.id > before;
  const good = { c: 'var(--console-good)', bg: 'var(--console-good-ground)', bd: '1px solid var(--console-good)' };
  const calm = { bg: 'var(--console-ground)', bd: '1px solid var(--console-line)' };
  return (
    <>
      <Group role="status" gap="sm" p="sm" bdrs="sm" fw={550} wrap="nowrap" {...(isNew ? good : calm)}>
        {isNew ? <Icon name="check" /> : <Loader size={14} />}
        {isNew ? words.received(newest.name ?? words.unnamed) : newest === undefined ? words.waiting : words.idle}
      </Group>
      {newest === undefined ? (
        <Text c="dimmed">{words.waitingText}</Text>
      ) : (
        <div>
          <Text fw={550}>{words.latest}</Text>
          <Stack component="ul" gap="xs">
            {events?.map(({ id, name, visitorId, receivedAt }) => (
              <li key={id}>
                <Group justify="space-between" gap="sm" wrap="nowrap">
                  <TextLink to="/events/$eventId" params={{ eventId: id }} truncate>
                    {name ?? terms.noName}
                  </TextLink>
                  <Note span>
                    <Time at={receivedAt} />
                  </Note>
                </Group>
                {visitorId === null ? null : (
                  <Text size="sm" c="dimmed" truncate>
                    {words.visitor(visitorId)}
                  </Text>
                )}
              </li>
            ))}
          </Stack>
        </div>
      )}
    </>
  );
}
