import { Anchor, Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute, formatTime } from '../../messages/format.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { IdWithCopy } from '../../parts/list/id-with-copy.tsx';
import { LinkedIds } from '../../parts/list/linked-ids.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { usePageKeys } from '../../shell/shortcuts.ts';
import { AttemptDetail } from './attempt-detail.tsx';
import { AttemptTimeline } from './attempt-timeline.tsx';
import css from './deliveries.module.css';
import { DeliveryActions } from './delivery-actions.tsx';
import { Repeats } from './delivery-repeats.tsx';
import { deliverySummary, placeOf } from './delivery-summary.ts';

const w = words.page;
const againMs = 1_000;
const unfinished = new Set(['pending', 'sending', 'retrying', 'held']);

export function DeliveryPage(): ReactNode {
  const { deliveryId } = useParams({ from: '/shell/deliveries/$deliveryId' });
  const mayLook = useMay('deliveries:view');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const { data, error, refetch } = useQuery({
    ...apiQuery('getDelivery', { params: { id: deliveryId } }),
    enabled: mayLook,
    refetchInterval: ({ state }) => (state.data !== undefined && unfinished.has(state.data.status) ? againMs : false),
  });
  return (
    <Page
      title={words.one}
      object={
        data === undefined
          ? undefined
          : terms.placeOf(
              connections.get(data.connectionId)?.name ?? data.connectionId,
              destinations.get(data.destinationId)?.name ?? data.destinationId,
            )
      }
      id={data?.id}
      lead={data === undefined ? undefined : <Lead delivery={data} />}
      crumbs={[{ label: shell.pages.deliveries, to: '/deliveries' }]}
      right="deliveries:view"
      actions={data === undefined ? undefined : <DeliveryActions delivery={data} />}
    >
      {data !== undefined ? (
        <Loaded delivery={data} />
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Page>
  );
}

function Lead({ delivery }: { delivery: Delivery }): ReactNode {
  const { status, test, eventId, actionId, createdAt } = delivery;
  const actions = useNamed('listActions');
  const mayEvents = useMay('events:view');
  const { data: names } = useQuery({
    ...apiQuery('getEventNames', { query: { ids: eventId ?? '' } }),
    enabled: eventId !== null && mayEvents,
    staleTime: 60_000,
  });
  const name = names?.data[0]?.name;
  return (
    <span className={css['lead']}>
      <StatusBadge status={status} />
      {test ? <StatusBadge status="test" /> : null}
      <span>
        {terms.event}{' '}
        {eventId === null ? (
          w.sample
        ) : (
          <>
            <Anchor component={Link} to="/events/$eventId" params={{ eventId } as never} underline="always">
              {name === null ? terms.noName : (name ?? eventId)}
            </Anchor>{' '}
            <IdWithCopy label={w.eventId} id={eventId} />
          </>
        )}
      </span>
      {actionId === null ? null : (
        <span>
          {terms.action}{' '}
          <Anchor component={Link} to="/actions/$actionId" params={{ actionId } as never} underline="always">
            {actions.get(actionId)?.name ?? actionId}
          </Anchor>
        </span>
      )}
      <PreciseTime at={createdAt} />
    </span>
  );
}

function PreciseTime({ at }: { at: string }): ReactNode {
  return (
    <time dateTime={at} title={formatAbsolute(new Date(at)).utc}>
      {formatTime(new Date(at), 'stream', 0)}
    </time>
  );
}

function Loaded({ delivery }: { delivery: Delivery }): ReactNode {
  const search = useSearch({ from: '/shell/deliveries/$deliveryId' });
  const navigate = useNavigate({ from: '/deliveries/$deliveryId' });
  const maySee = useMay('payloads:view');
  const attempts = delivery.attemptLog ?? [];
  const named = attempts.findIndex(({ id }) => id === search.attempt);
  const chosen = named < 0 ? attempts.length - 1 : named;
  const attempt = attempts[chosen];
  const choose = (index: number) => {
    const id = attempts[index]?.id;
    if (id !== undefined) void navigate({ search: { attempt: id }, replace: true, resetScroll: false });
  };
  usePageKeys({ '[': () => choose(chosen - 1), ']': () => choose(chosen + 1) });
  return (
    <div className={css['panels']}>
      <Summary delivery={delivery} />
      {maySee ? null : <Text c="dimmed">{terms.payloadsHidden(rights['payloads:view'])}</Text>}
      <Panel title={terms.attempts} text={attempts.length === 0 ? w.noAttempts : w.attemptsText}>
        <AttemptTimeline delivery={delivery} attempts={attempts} chosen={chosen} onChoose={choose} />
        {attempts.length < 2 ? null : (
          <Group gap="xs">
            <Button variant="default" size="xs" disabled={chosen <= 0} onClick={() => choose(chosen - 1)}>
              {w.earlier}
            </Button>
            <Button
              variant="default"
              size="xs"
              disabled={chosen >= attempts.length - 1}
              onClick={() => choose(chosen + 1)}
            >
              {w.later}
            </Button>
            <Text size="sm" c="dimmed">
              {w.keys}
            </Text>
          </Group>
        )}
      </Panel>
      {attempts.length === 0 && maySee && unfinished.has(delivery.status) ? <Expected delivery={delivery} /> : null}
      {attempt === undefined ? null : (
        <AttemptDetail delivery={delivery} attempt={attempt} before={attempts[chosen - 1]} />
      )}
    </div>
  );
}

/** The request of a delivery that was not sent yet, by the current template. */
function Expected({ delivery: { destinationId, eventId, actionId } }: { delivery: Delivery }): ReactNode {
  const body = { ...(eventId === null ? {} : { eventId }), ...(actionId === null ? {} : { actionId }) };
  const { data, error } = useQuery({
    ...apiQuery('previewDestination', { params: { id: destinationId }, body }),
    enabled: eventId !== null,
  });
  if (eventId === null) return null;
  return (
    <Panel title={w.expected} text={w.expectedText}>
      {error !== null ? (
        <Problem error={error} />
      ) : data === undefined ? (
        <Skeleton height={120} />
      ) : data.request !== null ? (
        <ExchangeRequest request={data.request} />
      ) : (
        <Text>{'reason' in data.result ? data.result.reason : w.noAttempts}</Text>
      )}
    </Panel>
  );
}

/** Why it stands where it stands, what happens next, what to do. */
function Summary({ delivery }: { delivery: Delivery }): ReactNode {
  const { sentence, next, nextAt, todo } = deliverySummary(delivery);
  return (
    <section className={css['summary']} aria-label={terms.status} data-status={delivery.status} aria-live="polite">
      <p className={css['sentence']}>
        {sentence} {next} {nextAt === null ? null : <Countdown at={nextAt} due={words.now} />}
      </p>
      {delivery.detail === null ? null : (
        <p className={css['said']}>
          <LinkedIds text={w.detail(delivery.detail)} />
        </p>
      )}
      {todo === null ? null : (
        <p>
          <strong>{w.todo}</strong> {todo} <Place delivery={delivery} />
        </p>
      )}
      {delivery.status === 'delivered' || delivery.eventId === null ? null : (
        <p>
          <Anchor
            component={Link}
            to="/connections/$connectionId/destinations/$destinationId"
            params={{ connectionId: delivery.connectionId, destinationId: delivery.destinationId } as never}
            search={
              {
                eventId: delivery.eventId,
                ...(delivery.actionId === null ? {} : { actionId: delivery.actionId }),
              } as never
            }
            underline="always"
          >
            {w.openTemplate}
          </Anchor>
        </p>
      )}
      {delivery.finishedAt === null ? null : (
        <p className={css['said']}>
          {w.ended} <PreciseTime at={delivery.finishedAt} />
        </p>
      )}
      <Repeats delivery={delivery} />
    </section>
  );
}

/** The page on which the cause can be dealt with. */
function Place({ delivery: { reason, connectionId, destinationId } }: { delivery: Delivery }): ReactNode {
  const place = reason === null ? null : placeOf(reason);
  if (place === null) return null;
  return place === 'connection' ? (
    <Anchor component={Link} to="/connections/$connectionId" params={{ connectionId } as never} underline="always">
      {w.openConnection}
    </Anchor>
  ) : (
    <Anchor
      component={Link}
      to="/connections/$connectionId/destinations/$destinationId"
      params={{ connectionId, destinationId } as never}
      underline="always"
    >
      {w.openDestination}
    </Anchor>
  );
}
