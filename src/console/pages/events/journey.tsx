import { Anchor, Code, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Delivery } from '../../../contract/records/delivery.ts';
import type { MappedField } from '../../../contract/records/explanation.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { deliveries as deliveryWords } from '../../messages/en/deliveries.ts';
import { event as words } from '../../messages/en/events.ts';
import { replays } from '../../messages/en/replays.ts';
import { terms } from '../../messages/en/terms.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { Exchange } from '../../parts/payload/exchange.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { deliverySummary } from '../deliveries/delivery-summary.ts';
import type { ExplainedAction } from './event-summary.ts';
import css from './explain.module.css';

type Props = {
  action: ExplainedAction;
  deliveries: readonly Delivery[];
  maySee: boolean;
};

/** What an Action did with the event: the mapping, and for each destination the delivery with its request. */
export function Journey({ action, deliveries, maySee }: Props): ReactNode {
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  return (
    <ol className={css['journey']}>
      {deliveries.map((delivery) => {
        const mapping = action.destinations.find((one) => one.destinationId === delivery.destinationId)?.mapping;
        const target = terms.placeOf(
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
            </div>
            <Standing delivery={delivery} />
            {delivery.replayedBy === null ? null : (
              <Text size="sm">
                {delivery.replayedBy.status === 'delivered' ? replays.links.recovered : replays.links.sentAgain}{' '}
                <Anchor
                  component={Link}
                  to="/replays/$replayId"
                  params={{ replayId: delivery.replayedBy.replayId } as never}
                >
                  {replays.links.openReplay}
                </Anchor>
              </Text>
            )}
            {mapping === undefined ? null : <Mapping mapping={mapping} maySee={maySee} />}
            <Request delivery={delivery} />
          </li>
        );
      })}
    </ol>
  );
}

/** Why it stands where it stands, and what happens next. */
function Standing({ delivery }: { delivery: Delivery }): ReactNode {
  const { sentence, next, nextAt, todo } = deliverySummary(delivery);
  return (
    <Text size="sm">
      {sentence} {next} {nextAt === null ? null : <Countdown at={nextAt} due={deliveryWords.now} />}
      {nextAt === null ? ' ' : '. '}
      {delivery.detail === null ? null : deliveryWords.page.detail(delivery.detail)} {todo}
    </Text>
  );
}

function Mapping({ mapping, maySee }: { mapping: readonly MappedField[] } & Pick<Props, 'maySee'>) {
  if (mapping.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {terms.unmapped}
      </Text>
    );
  return (
    <details className={css['more']}>
      <summary>{words.mappingOf(mapping.length)}</summary>
      <Table.ScrollContainer minWidth={360} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{terms.field}</Table.Th>
              <Table.Th scope="col">{terms.source}</Table.Th>
              <Table.Th scope="col">{words.valueHere}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mapping.map((line) => (
              <Table.Tr key={line.field}>
                <Table.Th scope="row">{line.field}</Table.Th>
                <Table.Td>
                  {line.from === 'expression' ? words.expression(line.source ?? '') : (line.source ?? words.fixed)}
                </Table.Td>
                <Table.Td>{mappedValue(line, maySee)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}

function mappedValue({ from, found, value, problem }: MappedField, maySee: boolean): ReactNode {
  if (from === 'expression') return null;
  if (found === false) return terms.gotNothing;
  const shown = from === 'parameter' && !maySee ? words.hiddenValue : <Code>{JSON.stringify(value)}</Code>;
  return problem === null ? (
    shown
  ) : (
    <>
      {shown} <Text c="var(--console-bad)">{problem}</Text>
    </>
  );
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
