import { Anchor, Code, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { FieldMapping } from '../../../contract/action.ts';
import type { Delivery } from '../../../contract/delivery.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { deliveries as deliveryWords } from '../../messages/en/deliveries.ts';
import { event as words } from '../../messages/en/events.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { replays } from '../../messages/en/replays.ts';
import { Exchange } from '../../parts/exchange.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import type { ExplainedAction, Explanation } from './event-summary.ts';
import css from './explain.module.css';

type Props = {
  action: ExplainedAction;
  event: Explanation['event'];
  deliveries: readonly Delivery[];
  maySee: boolean;
};

/** What an Action did with the event: the mapping, and for each destination the delivery with its request. */
export function Journey({ action, event, deliveries, maySee }: Props): ReactNode {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const document = actions.get(action.actionId);
  return (
    <ol className={css['journey']}>
      {deliveries.map((delivery) => {
        const mapping = document?.destinations.find((one) => one.destinationId === delivery.destinationId)?.mapping;
        const target = deliveryWords.target(
          connections.get(delivery.connectionId)?.name ?? delivery.connectionId,
          destinations.get(delivery.destinationId)?.name ?? delivery.destinationId,
        );
        return (
          <li key={delivery.id}>
            <div className={css['head']}>
              <StatusBadge status={delivery.status} />
              <Anchor component={Link} to="/deliveries/$deliveryId" params={{ deliveryId: delivery.id } as never}>
                {target}
              </Anchor>
              {delivery.replayId === null ? null : (
                <Anchor component={Link} to="/replays/$replayId" params={{ replayId: delivery.replayId } as never}>
                  {replays.links.byReplay}
                </Anchor>
              )}
              {delivery.reason === null ? null : (
                <Text size="sm" c="dimmed">
                  {outcomes.reason[delivery.reason].short}
                </Text>
              )}
            </div>
            {mapping === undefined ? null : <Mapping mapping={mapping} event={event} maySee={maySee} />}
            <Request delivery={delivery} />
          </li>
        );
      })}
    </ol>
  );
}

function Mapping({
  mapping,
  event,
  maySee,
}: { mapping: readonly FieldMapping[] } & Omit<Props, 'action' | 'deliveries'>) {
  if (mapping.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {words.mappingAll}
      </Text>
    );
  return (
    <details className={css['more']}>
      <summary>{words.mappingOf(mapping.length)}</summary>
      <Table.ScrollContainer minWidth={360} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{words.field}</Table.Th>
              <Table.Th scope="col">{words.comesFrom}</Table.Th>
              <Table.Th scope="col">{words.valueHere}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mapping.map((line) => (
              <Table.Tr key={line.field}>
                <Table.Th scope="row">{line.field}</Table.Th>
                <Table.Td>
                  {'parameter' in line
                    ? line.parameter
                    : 'value' in line
                      ? words.fixed
                      : words.expression(line.expression)}
                </Table.Td>
                <Table.Td>{mappedValue(line, event, maySee)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}

function mappedValue(line: FieldMapping, { data }: Explanation['event'], maySee: boolean): ReactNode {
  if ('value' in line) return <Code>{JSON.stringify(line.value)}</Code>;
  if ('expression' in line) return null;
  if (!maySee) return words.hiddenValue;
  const value = data[line.parameter];
  return value === undefined ? words.missing : <Code>{JSON.stringify(value)}</Code>;
}

/** The last request of a delivery, read when somebody opens it. */
function Request({ delivery }: { delivery: Delivery }): ReactNode {
  const [isOpen, open] = useState(false);
  const { data, error } = useQuery({
    ...apiQuery('getDelivery', { params: { id: delivery.id } }),
    enabled: isOpen,
  });
  const last = data?.attemptLog?.at(-1);
  return (
    <details className={css['more']} onToggle={(toggled) => open(toggled.currentTarget.open)}>
      <summary>{words.request}</summary>
      {error === null ? null : <Problem error={error} />}
      {data !== undefined && last === undefined ? <Text c="dimmed">{words.requestWaiting}</Text> : null}
      {last === undefined ? null : (
        <Exchange request={last.request} response={last.response} error={last.error} timings={last.timings} />
      )}
    </details>
  );
}
