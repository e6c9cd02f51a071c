import { Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Delivery } from '../../../contract/records/delivery.ts';
import type { MappedField } from '../../../contract/records/explanation.ts';
import { useApiQuery, useNames } from '../../data/data.ts';
import { deliveries as deliveryWords, replays, terms, event as words } from '../../messages/en.ts';
import { sentence } from '../../messages/sentence.ts';
import {
  Branch,
  Countdown,
  More,
  Note,
  PlainLink,
  Problem,
  ShortTable,
  StatusBadge,
  TextLink,
} from '../../parts/parts.ts';
import { deliverySummary } from '../../parts/payload/delivery-summary.ts';
import { Exchange } from '../../parts/payload/exchange.tsx';
import type { ExplainedAction } from './event-summary.ts';

type Props = {
  action: ExplainedAction;
  deliveries: readonly Delivery[];
  maySee: boolean;
};

/** What an Action did with the event: the mapping, and for each destination the delivery with its request. */
export function Journey({ action, deliveries, maySee }: Props): ReactNode {
  const names = useNames();
  return (
    <Stack role="list" gap="sm">
      {deliveries.map((delivery) => {
        const { id, status, replayId, replayedBy, destinationId } = delivery;
        const mapping = action.destinations.find((one) => one.destinationId === destinationId)?.mapping;
        return (
          <Branch role="listitem" key={id}>
            <Group gap="0.4rem 1rem">
              <StatusBadge status={status} />
              <PlainLink to="/deliveries/$deliveryId" params={{ deliveryId: id }}>
                {names.target(delivery)}
              </PlainLink>
              {replayId === null ? null : (
                <PlainLink to="/replays/$replayId" params={{ replayId }}>
                  {replays.links.byReplay}
                </PlainLink>
              )}
            </Group>
            <Why delivery={delivery} />
            {replayedBy === null ? null : (
              <Text size="sm">
                {replayedBy.status === 'delivered' ? replays.links.recovered : replays.links.sentAgain}{' '}
                <TextLink to="/replays/$replayId" params={{ replayId: replayedBy.replayId }}>
                  {replays.links.openReplay}
                </TextLink>
              </Text>
            )}
            {mapping === undefined ? null : <Mapping mapping={mapping} maySee={maySee} />}
            <More summary={words.request}>
              <Request deliveryId={id} />
            </More>
          </Branch>
        );
      })}
    </Stack>
  );
}

/** Why a delivery has its status, and what happens next. */
function Why({ delivery }: { delivery: Delivery }): ReactNode {
  const { sentence: why, next, nextAt, todo } = deliverySummary(delivery);
  return (
    <Text size="sm">
      {why} {next} {nextAt === null ? null : <Countdown at={nextAt} due={deliveryWords.now} />}
      {nextAt === null ? ' ' : '. '}
      {delivery.detail === null ? null : sentence(deliveryWords.page.detail(delivery.detail))} {todo}
    </Text>
  );
}

function Mapping({ mapping, maySee }: { mapping: readonly MappedField[] } & Pick<Props, 'maySee'>) {
  if (mapping.length === 0) return <Note>{terms.unmapped}</Note>;
  return (
    <More summary={words.mappingOf(mapping.length)}>
      <ShortTable
        minWidth={360}
        head={[terms.field, terms.source, words.valueHere]}
        rows={mapping.map((line) => ({
          key: line.field,
          cells: [
            line.field,
            line.from === 'expression' ? words.expression(line.source ?? '') : (line.source ?? words.fixed),
            mappedValue(line, maySee),
          ],
        }))}
      />
    </More>
  );
}

function mappedValue({ from, found, value, isCut, problem }: MappedField, maySee: boolean): ReactNode {
  if (from === 'expression') return null;
  if (found === false) return terms.gotNothing;
  const text = isCut ? terms.cut(JSON.stringify(value)) : JSON.stringify(value);
  const shown = from === 'parameter' && !maySee ? words.hiddenValue : <Code>{text}</Code>;
  return problem === null ? (
    shown
  ) : (
    <>
      {shown} <Text c="var(--console-bad)">{problem}</Text>
    </>
  );
}

/** The last request of a delivery, and its response. */
function Request({ deliveryId }: { deliveryId: string }): ReactNode {
  const { data, error } = useApiQuery('getDelivery', { params: { id: deliveryId } });
  const last = data?.attemptLog?.at(-1);
  if (error !== null) return <Problem error={error} />;
  if (data === undefined) return null;
  if (last === undefined) return <Text c="dimmed">{words.requestWaiting}</Text>;
  return <Exchange request={last.request} response={last.response} error={last.error} timings={last.timings} />;
}
