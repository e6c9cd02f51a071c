import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Nodes } from '../../../contract/records/node.ts';
import { live, useApiQuery } from '../../data/data.ts';
import { formatBytes, formatNumber, settings, terms } from '../../messages/en.ts';
import { Facts, Panel, Problem, ShortTable, Time } from '../../parts/parts.ts';

const words = settings.system;

type Lost = NonNullable<Nodes['database']['lost']>;

const lostFact = ({ noticedAt, events, deliveries }: Lost): [string, ReactNode] => [
  words.lost,
  <>
    {words.lostWrites(events, deliveries)} (<Time at={noticedAt} show="relative" />)
  </>,
];

/** The database, and the processes that share it when there is more than one. */
export function DatabasePanel(): ReactNode {
  const { data, error, refetch } = useApiQuery('getNodes', {}, live);
  return (
    <Panel title={words.database}>
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined ? null : (
        <Stack>
          <Facts
            facts={[
              [words.engine, `${words.engines[data.database.engine]} ${data.database.version}`],
              [words.size, formatBytes(data.database.bytes)],
              ...(data.database.failover === null
                ? []
                : [[words.failover, words.failovers[data.database.failover]] satisfies [string, string]]),
              ...(data.database.lost === null ? [] : [lostFact(data.database.lost)]),
            ]}
          />
          {data.partitions === 1 ? null : (
            <ShortTable
              label={words.nodes}
              head={[words.nodeName, words.nodeState, words.partitions, words.version, words.started]}
              rows={data.nodes.map(({ name, isThis, state, partitions, version, startedAt }) => ({
                key: name,
                cells: [
                  <>
                    {name}
                    {isThis ? (
                      <Text key="this" c="dimmed" size="sm">
                        {words.thisNode}
                      </Text>
                    ) : null}
                  </>,
                  words.nodeStates[state],
                  `${formatNumber(partitions)} / ${formatNumber(data.partitions)}`,
                  version,
                  startedAt === null ? terms.none : <Time key="started" at={startedAt} show="relative" />,
                ],
              }))}
            />
          )}
        </Stack>
      )}
    </Panel>
  );
}
