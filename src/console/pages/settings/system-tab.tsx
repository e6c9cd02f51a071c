import { Code, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { allRights, rights } from '../../../contract/accounts/rights.ts';
import { type DeliveryState, useApiQuery, useDeliveryState, useStats, watched } from '../../data/data.ts';
import { formatDuration, formatNumber, settings, shell, terms } from '../../messages/en.ts';
import { AutoGrid, Facts, Panel, Problem, StatusBadge, Time } from '../../parts/parts.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { ConfigurationTable } from './configuration-table.tsx';
import { DatabasePanel } from './database-panel.tsx';

const words = settings.system;

/** What runs here and how it is. */
export function SystemTab(): ReactNode {
  const version = useApiQuery('version');
  const me = useMe();
  const { data: stats, error, refetch } = useStats('all', undefined, '1h');
  const state = useDeliveryState().data;
  const maySeeNumbers = useMay('settings:view');
  return (
    <Stack>
      <AutoGrid min="18rem">
        <Panel title={words.health}>
          <Health />
        </Panel>
        <Panel title={words.program}>
          <Problem error={version.error} onRetry={() => void version.refetch()} />
          {version.data === undefined ? null : (
            <Facts
              facts={[
                [words.version, String(version.data['version'])],
                [words.api, String(version.data['api'])],
                [words.node, String(version.data['node'])],
                [words.address, <Code key="address">{location.origin}</Code>],
              ]}
            />
          )}
          <Text c="dimmed">{words.metrics}</Text>
        </Panel>
        <Panel title={words.work}>
          {me === undefined || maySeeNumbers ? null : <Text c="dimmed">{terms.noFigures}</Text>}
          {error === null || stats !== undefined ? null : <Problem error={error} onRetry={() => void refetch()} />}
          {stats === undefined ? null : (
            <Facts
              facts={[
                [terms.eventsReceived, formatNumber(stats.totals.received)],
                [words.delivered, formatNumber(stats.totals.delivered)],
                [words.p95, stats.latency === null ? terms.noneYet : formatDuration(stats.latency.p95Ms)],
                ...(state === undefined ? [] : [[words.waiting, <OldestPending key="waiting" {...state} />] as const]),
              ]}
            />
          )}
        </Panel>
        {maySeeNumbers ? <DatabasePanel /> : null}
        <Panel title={settings.groups.you}>
          {me === undefined ? (
            <Skeleton height={60} />
          ) : (
            <Facts
              facts={[
                [words.name, me.name],
                [
                  terms.rights,
                  me.rights.length === allRights.length
                    ? shell.rights(me.rights.length, allRights.length)
                    : me.rights.map((right) => rights[right]).join(', '),
                ],
              ]}
            />
          )}
        </Panel>
      </AutoGrid>
      <ConfigurationTable part="all" />
    </Stack>
  );
}

function Health(): ReactNode {
  const { data, error, refetch } = useApiQuery('readyz', { query: { verbose: '' } }, { retry: false, ...watched });
  const problems = error === null ? data?.['problems'] : error.problem['problems'];
  const hasProblems = typeof problems === 'object' && problems !== null && Object.keys(problems).length > 0;
  if (data !== undefined && error === null && !hasProblems) return <StatusBadge status="ok" />;
  if (data === undefined && error === null) return <Skeleton height={24} />;
  if (!hasProblems) return <Problem error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Group gap="xs">
        <StatusBadge status="needs_attention" />
        <Text>{error === null ? words.degraded : words.unready}</Text>
      </Group>
      <Facts facts={Object.entries(problems).map(([part, text]) => [part, String(text)])} />
    </>
  );
}

const OldestPending = ({ oldestPendingAt }: DeliveryState): ReactNode =>
  oldestPendingAt === null ? terms.none : <Time at={oldestPendingAt} show="relative" />;
