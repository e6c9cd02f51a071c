import { Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery, useApi } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { terms } from '../../messages/en/terms.ts';
import { trace as words } from '../../messages/en/trace.ts';
import { formatRelative } from '../../messages/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { Panel } from '../../parts/panel.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import css from './trace-page.module.css';

/** The traces that run now, whoever started them, each with the button that stops it. */
export function RunningTraces(): ReactNode {
  const now = useNow();
  const stop = useApi('stopTrace');
  const { data } = useQuery({
    ...apiQuery('listTraces', { query: { state: 'running', limit: 100 } }),
    refetchInterval: liveMs,
  });
  if (data === undefined || data.data.length === 0) return null;
  return (
    <Panel title={words.running}>
      <ul className={css['running']}>
        {data.data.map(({ id, name, startedAt, expiresAt }) => (
          <li key={id}>
            <div>
              <Anchor component={Link} to="/trace/$traceId" params={{ traceId: id } as never} fw={600}>
                {name ?? words.unnamedTrace}
              </Anchor>
              <Text size="sm" c="dimmed">
                {words.started} <Time at={startedAt} />, {words.endsIn(formatRelative(new Date(expiresAt), now))}
              </Text>
            </div>
            <Button
              variant="default"
              size="xs"
              leftSection={<Icon name="stop" size={13} />}
              aria-label={words.stopOf(name ?? words.unnamedTrace)}
              onClick={() =>
                stop.mutate({ params: { id } }, { onSuccess: () => notifyDone(words.stopped), onError: notifyFailed })
              }
            >
              {terms.stop}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
