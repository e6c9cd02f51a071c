import { Box, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import type { LastAttempt } from '../../../contract/records/delivery.ts';
import { formatDuration, terms, trace as words } from '../../messages/en.ts';
import {
  Branch,
  ButtonLink,
  type IconName,
  More,
  Nothing,
  StatusBadge,
  TextLink,
  Time,
  type Tone,
  Toned,
} from '../../parts/parts.ts';
import { resultWords, useLastAttempts } from '../../parts/payload/last-attempts.ts';

export type Trace = RouteResponse<'getTrace'>;
type Step = Trace['events'][number];

/** Everything that the visit set off, top to bottom as it happened. */
export function Timeline({ trace }: { trace: Trace }): ReactNode {
  const deliveries = trace.events.flatMap((step) => step.deliveries);
  const last = useLastAttempts(deliveries.filter(({ attempts }) => attempts > 0).slice(-100));
  if (trace.events.length === 0 && trace.state === 'running')
    return <Nothing icon="clock" title={words.waiting} text={words.waitingText} />;
  if (trace.events.length === 0)
    return (
      <Nothing icon="events" title={words.nothing} text={words.nothingText}>
        <ButtonLink variant="filled" to="/trace">
          {words.again}
        </ButtonLink>
      </Nothing>
    );
  return (
    <section aria-label={words.timeline}>
      <Group justify="space-between" align="baseline" gap="0.25rem 1rem" mb="sm">
        <Title order={2}>{words.timeline}</Title>
        <Text c="dimmed" role="status">
          {words.seen(trace.events.length, deliveries.length)}
        </Text>
      </Group>
      <Stack role="list" gap="sm">
        {trace.events.map((step) => (
          <Paper role="listitem" key={step.event.id} withBorder radius="md" p="sm">
            <OneEvent step={step} last={last} />
          </Paper>
        ))}
      </Stack>
    </section>
  );
}

type EventProps = { step: Step; last: ReturnType<typeof useLastAttempts> };

function OneEvent({ step, last }: EventProps): ReactNode {
  const { event, actions, notMatching } = step;
  const fired = actions.filter(({ matched }) => matched);
  const others = actions.filter(({ matched }) => !matched);
  const name = event.name ?? terms.unnamedEvent;
  const page = { to: '/events/$eventId', params: { eventId: event.id } } as const;
  const explain = (
    <TextLink {...page} aria-label={words.explainOf(name)}>
      {words.explain}
    </TextLink>
  );
  return (
    <>
      <Station kind="event" icon="events" at={event.receivedAt}>
        <TextLink {...page} fw={600}>
          {name}
        </TextLink>
      </Station>
      <Branch>
        {fired.map((action) => (
          <OneAction key={action.actionId} action={action} step={step} last={last} />
        ))}
        {fired.length === 0 ? (
          <Text c="dimmed">
            {words.noneMatched} {explain}
          </Text>
        ) : null}
        {others.length === 0 ? null : (
          <More summary={terms.notMatching(notMatching)}>
            <ul>
              {others.map(({ actionId, name: action }) => (
                <li key={actionId}>{action}</li>
              ))}
            </ul>
            {fired.length === 0 ? null : explain}
          </More>
        )}
      </Branch>
    </>
  );
}

function OneAction({ action, step, last }: EventProps & { action: Step['actions'][number] }): ReactNode {
  const { actionId, name } = action;
  const own = step.deliveries.filter((delivery) => delivery.actionId === actionId);
  return (
    <>
      <Station kind="action" icon="actions">
        <TextLink to="/actions/$actionId" params={{ actionId }} fw={600}>
          {name}
        </TextLink>{' '}
        {words.matched}
      </Station>
      <Branch>
        {own.length === 0 ? <Text c="dimmed">{words.noDelivery}</Text> : null}
        {own.map(({ id, status, createdAt }) => (
          <div key={id}>
            <Station kind="delivery" icon="deliveries" at={createdAt}>
              <StatusBadge status={status} />{' '}
              <TextLink
                to="/deliveries/$deliveryId"
                params={{ deliveryId: id }}
                aria-label={`${terms.viewDelivery} ${id}`}
              >
                {terms.viewDelivery}
              </TextLink>
            </Station>
            <Branch>
              <Response last={last.get(id) ?? null} />
            </Branch>
          </div>
        ))}
      </Branch>
    </>
  );
}

function Response({ last }: { last: LastAttempt['last'] }): ReactNode {
  if (last === null)
    return (
      <Station kind="response" icon="clock">
        <Text span c="dimmed">
          {terms.noResponseYet}
        </Text>
      </Station>
    );
  const isGood = last.outcome === 'delivered';
  return (
    <Station kind="response" icon={isGood ? 'check' : 'alert'} tone={isGood ? 'good' : 'bad'}>
      {terms.respondedIn(resultWords(last.status, last.errorKind) ?? '', formatDuration(last.durationMs))}
    </Station>
  );
}

type StationProps = {
  kind: keyof typeof words.kinds;
  icon: IconName;
  tone?: Tone;
  at?: string;
  children: ReactNode;
};

/** A station of the way: what kind, which one, when. */
function Station({ kind, icon, tone = 'work', at, children }: StationProps): ReactNode {
  return (
    <Group gap="0.15rem 0.6rem" mih={28} data-kind={kind}>
      <Toned tone={tone} icon={icon}>
        {words.kinds[kind]}
      </Toned>
      <Box flex="1 1 8rem" miw={0} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Box>
      {at === undefined ? null : (
        <Text size="sm" c="dimmed" component="span">
          <Time at={at} show="stream" />
        </Text>
      )}
    </Group>
  );
}
