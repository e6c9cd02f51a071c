import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { covers } from '../../../contract/accounts/rights.ts';
import { needRights, useApiQuery } from '../../data/data.ts';
import { alerts as alertWords, parts, terms, users as userWords, welcome } from '../../messages/en.ts';
import { addressOf, ButtonLink, Icon, PlainLink, Problem, StatusBadge } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { SendTab } from '../data-collection/send-tab.tsx';
import { CreateQuickStart } from './create-quick-start.tsx';
import { findQuickStart, type QuickStart } from './quick-start-objects.ts';
import css from './welcome.module.css';

const words = welcome.mine;
const askEveryMs = 1_000;
/** The description of the actions that the demo creates. */
const demoDescription = 'Made by the demo.';

/** The steps to a delivered event. What is done is read from the configuration and the deliveries. */
export function MakeItYours(): ReactNode {
  const found = useQuery({
    queryKey: ['quick-start'],
    async queryFn() {
      await needRights('listCollectors', 'listConnections', 'listActions');
      return findQuickStart(client());
    },
  });
  const made = found.data ?? null;
  const delivery = useFirstDelivery(made);
  const own = useOwn(made);
  if (found.error !== null && found.data === undefined)
    return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton height={320} />;

  const isDelivered = delivery?.status === 'delivered';
  const steps: StepProps[] = [
    {
      name: words.steps.start,
      isDone: made !== null,
      isNext: true,
      children: made === null ? <CreateQuickStart onMade={() => void found.refetch()} /> : <Made made={made} />,
    },
    {
      name: words.steps.event,
      isDone: delivery !== undefined,
      isNext: made !== null,
      children: made === null ? null : <SendTab collector={made.collector} />,
    },
    {
      name: words.steps.delivery,
      isDone: isDelivered,
      isNext: made !== null,
      children: <FirstDelivery delivery={delivery} isInbox={made !== null && isOfInbox(made.connection)} />,
    },
    ...own.map(({ step, isDone, text, to, button }) => ({
      name: words.steps[step],
      isDone,
      isNext: isDelivered,
      children: (
        <>
          <Text>{text}</Text>
          <Group>
            <ButtonLink to={to} leftSection={<Icon name="plus" />}>
              {button}
            </ButtonLink>
          </Group>
        </>
      ),
    })),
  ];
  return (
    <section aria-labelledby="make-it-yours">
      <Group gap="md" align="baseline" mb="sm">
        <Title order={2} id="make-it-yours">
          {welcome.picture.next}
        </Title>
        <Text c="dimmed" role="status">
          {words.progress(steps.filter(({ isDone }) => isDone).length, steps.length)}
        </Text>
      </Group>
      <Stack component="ol" gap="sm">
        {steps.map((step) => (
          <Step key={step.name} {...step} />
        ))}
      </Stack>
    </section>
  );
}

type StepProps = { name: string; isDone: boolean; isNext: boolean; children: ReactNode };

/** A step with its mark. A later step shows its name only. */
function Step({ name, isDone, isNext, children }: StepProps): ReactNode {
  return (
    <Paper component="li" withBorder radius="md" px="lg" py="md" bg="var(--console-panel)" data-done={isDone}>
      <Group gap="sm">
        <span className={css['mark']}>{isDone ? <Icon name="check" size={14} /> : null}</span>
        <Title order={3}>{name}</Title>
        <Text size="sm" c={isDone ? 'var(--console-good)' : 'dimmed'}>
          {isDone ? terms.done : words.open}
        </Text>
      </Group>
      {isNext ? (
        <Stack gap="sm" mt="sm" ms="2.4rem">
          {children}
        </Stack>
      ) : null}
    </Paper>
  );
}

function Made({ made: { collector, connection, destination, action } }: { made: QuickStart }): ReactNode {
  const links = [
    ['collector', collector],
    ['connection', connection],
    ['destination', destination],
    ['action', action],
  ] as const;
  return (
    <>
      <Text>{words.made}</Text>
      <Group component="ul" gap="xl">
        {links.map(([kind, thing]) => (
          <Group component="li" gap="xs" key={kind}>
            <Text c="dimmed">{terms[kind]}</Text>
            <PlainLink to={addressOf(kind, thing)}>{thing.name}</PlainLink>
          </Group>
        ))}
      </Group>
    </>
  );
}

type Delivery = Answer<'listDeliveries'>['data'][number];

function FirstDelivery({ delivery, isInbox }: { delivery: Delivery | undefined; isInbox: boolean }): ReactNode {
  if (delivery === undefined) return <Text>{words.waiting}</Text>;
  const { status } = delivery;
  return (
    <Group role="status">
      <StatusBadge status={status} />
      <Text>{status === 'delivered' ? words.delivered : words.notYet(parts.status[status])}</Text>
      <PlainLink to={addressOf('delivery', delivery)}>{terms.viewDelivery}</PlainLink>
      {isInbox ? <PlainLink to="/inbox">{words.toInbox}</PlainLink> : null}
    </Group>
  );
}

const isOfInbox = ({ baseUrl }: { baseUrl: string }) => baseUrl.startsWith(`${location.origin}/inbox/`);

/** The newest delivery of the quick start's action, asked for until it is delivered. */
function useFirstDelivery(made: QuickStart | null): Delivery | undefined {
  return useApiQuery(
    'listDeliveries',
    { query: { actionId: made?.action.id ?? '', limit: 1 } },
    {
      enabled: made !== null,
      refetchInterval: ({ state }) => (state.data?.data[0]?.status === 'delivered' ? false : askEveryMs),
    },
  ).data?.data[0];
}

/** Objects to create next, other than those of the quick start and the demo. */
function useOwn(made: QuickStart | null) {
  const me = useMe();
  const users = useApiQuery('listUsers', { query: { limit: 2 } }).data?.data ?? [];
  const alerts = useApiQuery('listAlerts', { query: { limit: 1 } }).data?.data ?? [];
  const connections = useApiQuery('listConnections', { query: { limit: 50 } }).data?.data ?? [];
  const actions = useApiQuery('listActions', { query: { limit: 50 } }).data?.data ?? [];
  const steps = [
    {
      step: 'connection',
      right: 'connections:manage',
      isDone: connections.some((one) => one.id !== made?.connection.id && !isOfInbox(one)),
      text: words.connectionText,
      to: '/connections/new',
      button: terms.newConnection,
    },
    {
      step: 'action',
      right: 'actions:manage',
      isDone: actions.some(({ id, description }) => id !== made?.action.id && description !== demoDescription),
      text: words.actionText,
      to: '/actions/new',
      button: terms.newAction,
    },
    {
      step: 'colleague',
      right: 'users:manage',
      isDone: users.some(({ id }) => id !== me?.user?.id),
      text: words.colleagueText,
      to: '/settings/users/new',
      button: userWords.create,
    },
    {
      step: 'alert',
      right: 'settings:manage',
      isDone: alerts.length > 0,
      text: words.alertText,
      to: '/settings/alerts/new',
      button: alertWords.create,
    },
  ] as const;
  return steps.filter(({ right }) => covers(new Set(me?.rights), right));
}
