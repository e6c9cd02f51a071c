import { Button, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { statusLine } from '../../messages/en/http.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { terms } from '../../messages/en/terms.ts';
import { trace as words } from '../../messages/en/trace.ts';
import { formatDuration } from '../../messages/format.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Nothing } from '../../parts/list/list-page.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import css from './timeline.module.css';
import type { Trace } from './trace-page.tsx';

type Step = Trace['events'][number];
type Last = Answer<'getLastAttempts'>['data'][number]['last'];

/** Everything that the visit set off, top to bottom as it happened. */
export function Timeline({ trace }: { trace: Trace }): ReactNode {
  const lasts = useLastAttempts(trace);
  const deliveries = trace.events.flatMap((step) => step.deliveries).length;
  if (trace.events.length === 0) return <Empty isRunning={trace.state === 'running'} />;
  return (
    <section aria-label={words.timeline}>
      <div className={css['head']}>
        <Title order={2}>{words.timeline}</Title>
        <Text c="dimmed" role="status">
          {words.seen(trace.events.length, deliveries)}
        </Text>
      </div>
      <ol className={css['timeline']}>
        {trace.events.map((step) => (
          <li key={step.event.id} className={css['step']}>
            <OneEvent step={step} lasts={lasts} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** How the last exchange of each delivery went; asked for as long as the trace is, for at most 100. */
function useLastAttempts(trace: Trace): Map<string, Last> {
  const may = useMay('deliveries:view');
  const begun = trace.events.flatMap(({ deliveries }) => deliveries).filter(({ attempts }) => attempts > 0);
  const ids = begun.map(({ id }) => id).slice(-100);
  const { data } = useQuery({
    ...apiQuery('getLastAttempts', { query: { ids: ids.join(',') } }),
    // Asked again whenever one of them has moved on.
    queryKey: ['getLastAttempts', begun.map(({ id, attempts, status }) => `${id} ${attempts} ${status}`)],
    enabled: may && ids.length > 0,
    placeholderData: (before) => before,
  });
  return new Map(data?.data.map(({ deliveryId, last }) => [deliveryId, last]));
}

function OneEvent({ step, lasts }: { step: Step; lasts: Map<string, Last> }): ReactNode {
  const { event, actions } = step;
  const fired = actions.filter(({ matched }) => matched);
  const others = actions.filter(({ matched }) => !matched);
  const name = event.name ?? terms.unnamedEvent;
  const explain = (
    <Link to="/events/$eventId" params={{ eventId: event.id }} aria-label={words.explainOf(name)}>
      {words.explain}
    </Link>
  );
  return (
    <>
      <Node kind="event" icon="events" at={event.receivedAt}>
        <Link to="/events/$eventId" params={{ eventId: event.id }} className={css['name'] ?? ''}>
          {name}
        </Link>
      </Node>
      <div className={css['inner']}>
        {fired.map((action) => (
          <OneAction key={action.actionId} action={action} step={step} lasts={lasts} />
        ))}
        {fired.length === 0 ? (
          <Text c="dimmed">
            {words.noneMatched} {explain}
          </Text>
        ) : null}
        {others.length === 0 ? null : (
          <details className={css['others']}>
            <summary>{terms.notMatching(others.length)}</summary>
            <ul>
              {others.map(({ actionId, name }) => (
                <li key={actionId}>{name}</li>
              ))}
            </ul>
            {fired.length === 0 ? null : explain}
          </details>
        )}
      </div>
    </>
  );
}

type ActionProps = { action: Step['actions'][number]; step: Step; lasts: Map<string, Last> };

function OneAction({ action, step, lasts }: ActionProps): ReactNode {
  const own = step.deliveries.filter(({ actionId }) => actionId === action.actionId);
  return (
    <>
      <Node kind="action" icon="actions">
        <Link to="/actions/$actionId" params={{ actionId: action.actionId }} className={css['name'] ?? ''}>
          {action.name}
        </Link>{' '}
        {words.matched}
      </Node>
      <div className={css['inner']}>
        {own.length === 0 ? <Text c="dimmed">{words.noDelivery}</Text> : null}
        {own.map((delivery) => (
          <div key={delivery.id}>
            <Node kind="delivery" icon="deliveries" at={delivery.createdAt}>
              <StatusBadge status={delivery.status} />{' '}
              <Link
                to="/deliveries/$deliveryId"
                params={{ deliveryId: delivery.id }}
                aria-label={`${words.toDelivery} ${delivery.id}`}
              >
                {words.toDelivery}
              </Link>
            </Node>
            <div className={css['inner']}>
              <Response last={lasts.get(delivery.id) ?? null} />
            </div>
          </div>
        ))}
      </div>
    </>
  );
}

function Response({ last }: { last: Last }): ReactNode {
  if (last === null)
    return (
      <Node kind="response" icon="clock">
        <Text c="dimmed" component="span">
          {terms.noResponseYet}
        </Text>
      </Node>
    );
  const isGood = last.outcome === 'delivered';
  const said =
    last.status !== null
      ? statusLine(last.status)
      : last.errorKind !== null
        ? outcomes.errorKind[last.errorKind].short
        : '';
  return (
    <Node kind="response" icon={isGood ? 'check' : 'alert'} tone={isGood ? 'good' : 'bad'}>
      {words.answeredIn(said, formatDuration(last.durationMs))}
    </Node>
  );
}

type NodeProps = {
  kind: keyof typeof words.kinds;
  icon: IconName;
  tone?: 'good' | 'bad';
  at?: string;
  children: ReactNode;
};

/** A station of the way: what kind, which one, when. */
function Node({ kind, icon, tone, at, children }: NodeProps): ReactNode {
  return (
    <div className={css['node']} data-kind={kind} data-tone={tone}>
      <span className={css['dot']}>
        <Icon name={icon} size={13} />
      </span>
      <span className={css['kind']}>{words.kinds[kind]}</span>
      <span className={css['what']}>{children}</span>
      {at === undefined ? null : (
        <Text size="sm" c="dimmed" component="span">
          <Time at={at} />
        </Text>
      )}
    </div>
  );
}

function Empty({ isRunning }: { isRunning: boolean }): ReactNode {
  return isRunning ? (
    <Nothing icon="clock" title={words.waiting} text={words.waitingText} />
  ) : (
    <Nothing icon="events" title={words.nothing} text={words.nothingText}>
      <Button component={Link} to="/trace">
        {words.again}
      </Button>
    </Nothing>
  );
}
