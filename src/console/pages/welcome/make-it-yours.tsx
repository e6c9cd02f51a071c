import { Anchor, Button, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { welcome } from '../../messages/en/welcome.ts';
import { Icon } from '../../parts/icon.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { SendTab } from '../data-collection/send-tab.tsx';
import { CreateQuickStart } from './create-quick-start.tsx';
import { findQuickStart, type QuickStart } from './quick-start-objects.ts';
import css from './welcome.module.css';

const words = welcome.mine;
const askEveryMs = 1_000;
/** What the demo writes at the actions that it makes. */
const demoDescription = 'Made by the demo.';

/** The way to a delivered event of one's own. What is done is seen from what is there. */
export function MakeItYours(): ReactNode {
  const found = useQuery({ queryKey: ['quick-start'], queryFn: () => findQuickStart(client()) });
  const made = found.data ?? null;
  const delivery = useFirstDelivery(made);
  const mayAlerts = useMay('settings:view');
  const beside = useBeside(made, mayAlerts);
  const done = {
    start: made !== null,
    event: delivery !== undefined,
    delivery: delivery?.status === 'delivered',
    connection: beside.hasConnection,
    action: beside.hasAction,
    ...(mayAlerts ? { alert: beside.hasAlert } : {}),
  };
  const count = Object.values(done).filter(Boolean).length;
  if (found.error !== null && found.data === undefined)
    return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton height={320} />;
  return (
    <section aria-labelledby="make-it-yours">
      <div className={css['title']}>
        <h2 id="make-it-yours">{welcome.picture.next}</h2>
        <Text c="dimmed" role="status">
          {words.progress(count, Object.keys(done).length)}
        </Text>
      </div>
      <ol className={css['steps']}>
        <Step name={words.steps.start} isDone={done.start} isNext>
          {made === null ? <CreateQuickStart onMade={() => void found.refetch()} /> : <Made made={made} />}
        </Step>
        <Step name={words.steps.event} isDone={done.event} isNext={done.start}>
          {made === null ? null : <SendTab collector={made.collector} />}
        </Step>
        <Step name={words.steps.delivery} isDone={done.delivery} isNext={done.start}>
          {delivery === undefined ? (
            <Text>{words.waiting}</Text>
          ) : (
            <div className={css['below']} role="status">
              <StatusBadge status={delivery.status} />
              <Text>
                {delivery.status === 'delivered' ? words.delivered : words.notYet(parts.status[delivery.status])}
              </Text>
              <Anchor component={Link} to={`/deliveries/${delivery.id}` as '/deliveries'}>
                {terms.viewDelivery}
              </Anchor>
              {made?.connection.baseUrl.startsWith(`${location.origin}/inbox/`) === true ? (
                <Anchor component={Link} to="/inbox">
                  {words.toInbox}
                </Anchor>
              ) : null}
            </div>
          )}
        </Step>
        <Step name={words.steps.connection} isDone={done.connection} isNext={done.delivery}>
          <Text>{words.connectionText}</Text>
          <div>
            <Button component={Link} to="/connections/new" variant="default" leftSection={<Icon name="plus" />}>
              {terms.newConnection}
            </Button>
          </div>
        </Step>
        <Step name={words.steps.action} isDone={done.action} isNext={done.delivery}>
          <Text>{words.actionText}</Text>
          <div>
            <Button component={Link} to="/actions/new" variant="default" leftSection={<Icon name="plus" />}>
              {terms.newAction}
            </Button>
          </div>
        </Step>
        {mayAlerts ? (
          <Step name={words.steps.alert} isDone={beside.hasAlert} isNext={done.delivery}>
            <Text>{words.alertText}</Text>
            <div>
              <Button component={Link} to="/settings/alerts/new" variant="default" leftSection={<Icon name="plus" />}>
                {words.newAlert}
              </Button>
            </div>
          </Step>
        ) : null}
      </ol>
    </section>
  );
}

type StepProps = { name: string; isDone: boolean; isNext: boolean; children: ReactNode };

/** A step with its mark. What comes later stands there small. */
function Step({ name, isDone, isNext, children }: StepProps): ReactNode {
  return (
    <li className={css['step']} data-done={isDone}>
      <span className={css['mark']}>{isDone ? <Icon name="check" size={14} /> : null}</span>
      <div className={css['stepBody']}>
        <h3>
          {name}
          <span className={css['state']}>{isDone ? words.done : words.open}</span>
        </h3>
        {isNext ? children : null}
      </div>
    </li>
  );
}

function Made({ made: { collector, connection, destination, action } }: { made: QuickStart }): ReactNode {
  const links = [
    [terms.collector, collector.name, `/data-collection/${collector.id}`],
    [terms.connection, connection.name, `/connections/${connection.id}`],
    [terms.destination, destination.name, `/connections/${connection.id}/destinations/${destination.id}`],
    [terms.action, action.name, `/actions/${action.id}`],
  ] as const;
  return (
    <>
      <Text>{words.made}</Text>
      <ul className={css['made']}>
        {links.map(([kind, name, to]) => (
          <li key={kind}>
            <span className={css['calm']}>{kind}</span>
            <Anchor component={Link} to={to as '/'}>
              {name}
            </Anchor>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The newest delivery of the quick start's action, asked for until it is done. */
function useFirstDelivery(made: QuickStart | null) {
  return useQuery({
    ...apiQuery('listDeliveries', { query: { actionId: made?.action.id ?? '', limit: 1 } }),
    enabled: made !== null,
    refetchInterval: ({ state }) => (state.data?.data[0]?.status === 'delivered' ? false : askEveryMs),
  }).data?.data[0];
}

/** Whether there is a connection and an action beside those of the quick start and the demo, and an alert. */
function useBeside(
  made: QuickStart | null,
  mayAlerts: boolean,
): { hasConnection: boolean; hasAction: boolean; hasAlert: boolean } {
  const alerts = useQuery({ ...apiQuery('listAlerts', { query: { limit: 1 } }), enabled: mayAlerts }).data?.data ?? [];
  const connections = useQuery(apiQuery('listConnections', { query: { limit: 50 } })).data?.data ?? [];
  const actions = useQuery(apiQuery('listActions', { query: { limit: 50 } })).data?.data ?? [];
  return {
    hasAlert: alerts.length > 0,
    hasConnection: connections.some(
      ({ id, baseUrl }) => id !== made?.connection.id && !baseUrl.startsWith(`${location.origin}/inbox/`),
    ),
    hasAction: actions.some(({ id, description }) => id !== made?.action.id && description !== demoDescription),
  };
}
