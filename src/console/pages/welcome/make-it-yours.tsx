import { Button, Group, NativeSelect, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { covers } from '../../../contract/accounts/rights.ts';
import { needRights, useApiQuery } from '../../data/data.ts';
import { alerts as alertWords, formFields, parts, terms, users as userWords, welcome } from '../../messages/en.ts';
import { SendTab } from '../../parts/collector/send-tab.tsx';
import { bind, options } from '../../parts/form/bind.ts';
import { addressOf, ButtonLink, Icon, Note, PlainLink, Problem, StatusBadge } from '../../parts/parts.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { findQuickStart, makeQuickStart, type QuickStart } from './quick-start-objects.ts';
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

type Delivery = RouteResponse<'listDeliveries'>['data'][number];

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

/** Asks where events should be delivered, and creates the four objects for that. */
function CreateQuickStart({ onMade }: { onMade: () => void }): ReactNode {
  const version = useApiQuery('version');
  const [target, setTarget] = useState<'inbox' | 'own'>('inbox');
  const [address, setAddress] = useState('');
  const [isMissing, setMissing] = useState(false);
  const rights = [useMay('collectors:manage'), useMay('connections:manage'), useMay('actions:manage')];
  const may = rights.every(Boolean);
  const create = useMutation({ mutationFn: (to: URL) => makeQuickStart(client(), to), onSuccess: onMade });
  if (version.isPending) return <Skeleton height={120} />;
  const hasInbox = version.data?.['inbox'] === true;
  const isOwn = !hasInbox || target === 'own';

  function go() {
    const to = isOwn ? urlOf(address) : new URL('/inbox/quick-start/events', location.origin);
    setMissing(to === null);
    if (to !== null) create.mutate(to);
  }

  return (
    <>
      <Text maw="46rem">{words.startText}</Text>
      {may ? null : <Text c="dimmed">{words.needs}</Text>}
      {hasInbox ? (
        <NativeSelect
          label={words.target}
          description={isOwn ? undefined : words.targetHint}
          maw="24rem"
          data={options(words.targets)}
          {...bind(target, (text) => setTarget(text === 'own' ? 'own' : 'inbox'))}
        />
      ) : (
        <Text>{words.noInbox}</Text>
      )}
      {isOwn ? (
        <>
          <TextInput
            label={words.address}
            description={words.addressHint}
            error={isMissing ? formFields.url : null}
            maw="32rem"
            inputMode="url"
            {...bind(address, setAddress)}
          />
          <Note maw="46rem">{words.private}</Note>
        </>
      ) : null}
      <Problem error={create.error} />
      <Group>
        <Button variant="filled" disabled={!may} loading={create.isPending} onClick={go}>
          {words.steps.start}
        </Button>
      </Group>
    </>
  );
}

function urlOf(text: string): URL | null {
  const url = URL.parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}
