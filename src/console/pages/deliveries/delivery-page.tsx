import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Delivery, Reason } from '../../../contract/records/delivery.ts';
import { responseSentence } from '../../../contract/records/response-sentence.ts';
import { useApiQuery, useEventNames, useHoldOf, useNames } from '../../data/data.ts';
import { formatTime, replays, shell, terms, deliveries as words } from '../../messages/en.ts';
import {
  Answer,
  Countdown,
  IdWithCopy,
  Note,
  Panel,
  Problem,
  StatusBadge,
  TextLink,
  ThingLink,
  Time,
  toneOf,
} from '../../parts/parts.ts';
import { deliverySummary, isUnfinished, placeOf } from '../../parts/payload/delivery-summary.ts';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import { useMay } from '../../session/rights.ts';
import { LoadedPage } from '../../shell/page.tsx';
import { usePageKeys } from '../../shell/shortcuts.ts';
import { AttemptDetail } from './attempt-detail.tsx';
import { AttemptTimeline } from './attempt-timeline.tsx';
import { DeliveryActions } from './delivery-actions.tsx';

const w = words.page;
const againMs = 1_000;

export function DeliveryPage(): ReactNode {
  const { target } = useNames();
  const mayName = useMay('connections:view');
  const { deliveryId } = useParams({ from: '/shell/deliveries/$deliveryId' });
  const query = useApiQuery(
    'getDelivery',
    { params: { id: deliveryId } },
    { refetchInterval: ({ state: { data } }) => (data !== undefined && isUnfinished(data) ? againMs : false) },
  );
  return (
    <LoadedPage
      query={query}
      one={terms.delivery}
      nameOf={(delivery) => (mayName ? target(delivery) : w.hiddenTarget)}
      crumbs={[{ label: shell.pages.deliveries, to: '/deliveries' }]}
      right="deliveries:view"
      lead={(delivery) => <Lead delivery={delivery} />}
      actions={(delivery) => <DeliveryActions delivery={delivery} />}
    >
      {(delivery) => <Loaded delivery={delivery} />}
    </LoadedPage>
  );
}

type Props = { delivery: Delivery };

function Lead({ delivery: { status, test, eventId, actionId, createdAt } }: Props): ReactNode {
  const names = useNames();
  const mayName = useMay('connections:view');
  const name = useEventNames([eventId]).get(eventId ?? '')?.name;
  return (
    <Group gap="0.4rem 1rem">
      <StatusBadge status={status} />
      {test ? <StatusBadge status="test" /> : null}
      <span>
        {terms.event}{' '}
        {eventId === null ? (
          w.sample
        ) : (
          <>
            <ThingLink
              underline="always"
              entry={{ kind: 'event', id: eventId, name: name === null ? terms.noName : (name ?? eventId) }}
            />{' '}
            <IdWithCopy label={w.eventId} id={eventId} />
          </>
        )}
      </span>
      {actionId === null ? null : (
        <span>
          {terms.action}{' '}
          <ThingLink underline="always" entry={{ kind: 'action', id: actionId, name: names.action(actionId) }} />
        </span>
      )}
      <Time at={createdAt} show="stream" />
      {mayName ? null : <Note>{w.targetHidden(rights['connections:view'])}</Note>}
    </Group>
  );
}

function Loaded({ delivery }: Props): ReactNode {
  const search = useSearch({ from: '/shell/deliveries/$deliveryId' });
  const navigate = useNavigate({ from: '/deliveries/$deliveryId' });
  const maySee = useMay('payloads:view');
  const mayPreview = useMay('events:view');
  const attempts = delivery.attemptLog ?? [];
  const named = attempts.findIndex(({ id }) => id === search.attempt);
  const chosen = named < 0 ? attempts.length - 1 : named;
  const attempt = attempts[chosen];
  const choose = (index: number) => {
    const id = attempts[index]?.id;
    if (id !== undefined) void navigate({ search: { attempt: id }, replace: true, resetScroll: false });
  };
  const step = (label: string, index: number) => (
    <Button size="xs" disabled={attempts[index] === undefined} onClick={() => choose(index)}>
      {label}
    </Button>
  );
  usePageKeys({ '[': () => choose(chosen - 1), ']': () => choose(chosen + 1) });
  return (
    <Stack>
      <Summary delivery={delivery} />
      {maySee ? null : <Text c="dimmed">{terms.payloadsHidden(rights['payloads:view'])}</Text>}
      <Panel title={terms.attempts} text={attempts.length === 0 ? w.noAttempts : w.attemptsText}>
        <AttemptTimeline delivery={delivery} attempts={attempts} chosen={chosen} onChoose={choose} />
        {attempts.length < 2 ? null : (
          <Group gap="xs">
            {step(w.earlier, chosen - 1)}
            {step(w.later, chosen + 1)}
            <Note>{w.keys}</Note>
          </Group>
        )}
      </Panel>
      {attempts.length === 0 && maySee && mayPreview && isUnfinished(delivery) ? (
        <Expected delivery={delivery} />
      ) : null}
      {attempt === undefined ? null : (
        <AttemptDetail delivery={delivery} attempt={attempt} before={attempts[chosen - 1]} />
      )}
    </Stack>
  );
}

/** The request of a delivery that was not sent yet, by the current template. */
function Expected({ delivery: { destinationId, eventId, actionId } }: Props): ReactNode {
  const body = { ...(eventId === null ? {} : { eventId }), ...(actionId === null ? {} : { actionId }) };
  const { data, error } = useApiQuery(
    'previewDestination',
    { params: { id: destinationId }, body },
    { enabled: eventId !== null },
  );
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

/** Why the delivery has its status, what happens next, what to do. */
function Summary({ delivery }: Props): ReactNode {
  const { status, detail, eventId, actionId, connectionId, destinationId, finishedAt } = delivery;
  const hold = useHoldOf()(delivery);
  const { sentence, next, nextAt, todo } = deliverySummary(delivery, hold);
  const last = delivery.attemptLog?.at(-1);
  const said = last?.response?.body == null || last.error === null ? null : responseSentence(last.response.body);
  return (
    <Answer label={terms.status} tone={toneOf(status)}>
      <Text size="lg">
        {sentence} {next} {nextAt === null ? null : <Countdown at={nextAt} due={words.now} />}
      </Text>
      {said === null ? null : (
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {w.answered(last?.response?.status ?? 0, said)}
        </Text>
      )}
      {detail === null ? null : (
        <Text c="dimmed">
          <LinkedIds text={w.detail(detail)} />
        </Text>
      )}
      {todo === null ? null : (
        <Text>
          <strong>{w.todo}</strong> {todo} <Place delivery={delivery} reason={hold ?? delivery.reason} />
        </Text>
      )}
      {status === 'delivered' || eventId === null ? null : (
        <Text>
          <TextLink
            to="/connections/$connectionId/destinations/$destinationId"
            params={{ connectionId, destinationId }}
            search={{ eventId, actionId: actionId ?? undefined, edit: 'on' }}
          >
            {w.openTemplate}
          </TextLink>
        </Text>
      )}
      {finishedAt === null ? null : (
        <Text c="dimmed">
          {w.ended} <Time at={finishedAt} show="stream" />
        </Text>
      )}
      <Repeats delivery={delivery} />
    </Answer>
  );
}

/** The page on which the cause can be dealt with. */
function Place({ delivery, reason }: Props & { reason: Reason | null }): ReactNode {
  const { connectionId, destinationId } = delivery;
  const place = reason === null ? null : placeOf(reason);
  if (place === null) return null;
  return place === 'connection' ? (
    <TextLink to="/connections/$connectionId" params={{ connectionId }}>
      {terms.openConnection}
    </TextLink>
  ) : (
    <TextLink to="/connections/$connectionId/destinations/$destinationId" params={{ connectionId, destinationId }}>
      {terms.openDestination}
    </TextLink>
  );
}

const r = replays.links;

/** The replay that made a delivery with the delivery that it repeats, and the deliveries that repeat it. */
function Repeats({ delivery: { id, replayId, replayOf, replayedBy } }: Props): ReactNode {
  const { data } = useApiQuery('listDeliveries', { query: { replayOf: id, limit: 20 } });
  const repeats = data?.data ?? [];
  return (
    <>
      {replayedBy === null ? null : (
        <Text>
          <strong>{replayedBy.status === 'delivered' ? r.recovered : r.sentAgain}</strong>{' '}
          <ThingLink underline="always" entry={{ kind: 'replay', id: replayedBy.replayId, name: r.openReplay }} />
        </Text>
      )}
      {replayId === null ? null : (
        <Text c="dimmed">
          {r.madeBy} <ThingLink underline="always" entry={{ kind: 'replay', id: replayId, name: r.replay }} />
          {replayOf === null ? null : (
            <>
              {' '}
              {r.repeats} <ThingLink underline="always" entry={{ kind: 'delivery', id: replayOf, name: r.delivery }} />
            </>
          )}
        </Text>
      )}
      {repeats.length === 0 ? null : (
        <Group gap="sm" c="dimmed">
          {r.repeatedBy}
          {repeats.map(({ id: deliveryId, status, createdAt }) => (
            <TextLink key={deliveryId} to="/deliveries/$deliveryId" params={{ deliveryId }}>
              <StatusBadge status={status} /> {formatTime(new Date(createdAt), 'stream', 0)}
            </TextLink>
          ))}
        </Group>
      )}
    </>
  );
}

const deliveryId = /(dlv_[0-9a-z]{26})/;

/** A text in which each id of a delivery leads to its page. */
function LinkedIds({ text }: { text: string }): ReactNode {
  const parts = text.split(deliveryId);
  // Ids stand at the odd places, and the same text is always cut in the same places.
  return parts.map((part, place) => {
    const key = `${place}${part}`;
    return place % 2 === 0 ? (
      <span key={key}>{part}</span>
    ) : (
      <ThingLink key={key} underline="always" entry={{ kind: 'delivery', id: part, name: part }} />
    );
  });
}
