import { Box, Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { useApiQuery, useStats } from '../../data/data.ts';
import { formatDuration, formatNumber, parts, terms, welcome, welcome as words } from '../../messages/en.ts';
import {
  addressOf,
  ButtonLink,
  Icon,
  type IconName,
  LinkCard,
  LinkCards,
  Panel,
  PlainLink,
  Problem,
  StatusBadge,
} from '../../parts/parts.ts';
import { useKeptChoice, welcomeChoice } from '../../session/kept-choice.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { MakeItYours } from './make-it-yours.tsx';
import css from './welcome.module.css';

const choices = [
  ['demo', 'play'],
  ['mine', 'collection'],
] as const;

/** The first steps: watch the demo, or send an event of one's own. */
export function WelcomePage(): ReactNode {
  const chosen = useSearch({ from: '/shell/welcome' }).with;
  const mayTell = useMay('collectors:view');
  const hasDemo = useDemo();
  const shown = chosen ?? (hasDemo === true ? 'demo' : 'mine');
  const isKnown = hasDemo !== undefined || chosen !== undefined;
  const [onHome, set] = useKeptChoice(welcomeChoice);
  return (
    <Page title={words.title} lead={words.lead}>
      {hasDemo === true ? (
        <Box component="nav" aria-label={words.choose} mb="lg">
          <LinkCards>
            {choices.map(([choice, icon]) => (
              <LinkCard
                key={choice}
                to="/welcome"
                search={{ with: choice }}
                mark={<Icon name={icon} size={20} />}
                name={words.choices[choice].title}
                text={words.choices[choice].text}
                isChosen={choice === shown}
              />
            ))}
          </LinkCards>
        </Box>
      ) : null}
      {isKnown && shown === 'mine' ? <MakeItYours /> : null}
      {isKnown && shown === 'demo' ? (
        !mayTell ? (
          <Text>{words.demoHidden(rights['collectors:view'])}</Text>
        ) : hasDemo === false ? (
          <Text>{words.noDemo}</Text>
        ) : (
          <MovingPicture />
        )
      ) : null}
      <Button mt="md" variant="subtle" color="gray" onClick={() => set(onHome === 'hidden' ? 'shown' : 'hidden')}>
        {onHome === 'hidden' ? words.shown : words.hide}
      </Button>
    </Page>
  );
}

/** Whether the sample shop of the demo exists; undefined until that is known. */
function useDemo(): boolean | undefined {
  const may = useMay('collectors:view');
  const { data, isError } = useApiQuery('listCollectors', { query: { name: 'Sample shop', limit: 1 } });
  if (!may || isError) return false;
  return data && data.data.length > 0;
}

const pictureWords = welcome.picture;

/** Long enough to read the four stations before the next delivery lights them up. */
const everyMs = 4_000;
const shownLength = 220;

/** The newest delivery as it travelled: event, action, template, answer. */
function MovingPicture(): ReactNode {
  const [isPaused, pause] = useState(false);
  const newest = useApiQuery(
    'listDeliveries',
    { query: { limit: 1, status: 'delivered' } },
    { refetchInterval: isPaused ? false : everyMs },
  );
  const { data: stats } = useStats('all', undefined, '1h');
  const delivery = newest.data?.data[0];
  if (newest.error !== null && newest.data === undefined)
    return <Problem error={newest.error} onRetry={() => void newest.refetch()} />;
  return (
    <Panel title={pictureWords.title} text={pictureWords.lead}>
      {delivery === undefined ? <Text role="status">{pictureWords.waiting}</Text> : <Stations delivery={delivery} />}
      <Group gap="md">
        <Button
          size="xs"
          leftSection={<Icon name={isPaused ? 'play' : 'pause'} size={13} />}
          onClick={() => pause(!isPaused)}
        >
          {isPaused ? terms.resume : terms.pause}
        </Button>
        {stats === undefined ? null : (
          <Text c="dimmed">
            {pictureWords.so(formatNumber(stats.totals.received), formatNumber(stats.totals.delivered))}
          </Text>
        )}
      </Group>
      <Group gap="md" justify="space-between" className={css['next'] ?? ''}>
        <Text>{pictureWords.nextText}</Text>
        <ButtonLink variant="filled" to="/welcome" search={{ with: 'mine' }}>
          {pictureWords.next}
        </ButtonLink>
      </Group>
    </Panel>
  );
}

const still = { staleTime: Number.POSITIVE_INFINITY, retry: false, placeholderData: <Data,>(last: Data) => last };

function Stations({ delivery }: { delivery: RouteResponse<'listDeliveries'>['data'][number] }): ReactNode {
  const { id, eventId, actionId, destinationId, connectionId } = delivery;
  const whole = useApiQuery('getDelivery', { params: { id } }, { ...still }).data;
  const event = useApiQuery(
    'getEvent',
    { params: { id: eventId ?? '' } },
    { ...still, enabled: eventId !== null },
  ).data;
  const action = useApiQuery(
    'getAction',
    { params: { id: actionId ?? '' } },
    { ...still, enabled: actionId !== null },
  ).data;
  const attempt = whole?.attemptLog?.at(-1);
  const body = attempt?.request?.body ?? null;
  return (
    // A new list for each delivery, so that its stations light up one after the other.
    <ol className={css['stations']} key={id}>
      <Station
        name={terms.event}
        icon="events"
        to={addressOf('event', { id: eventId ?? '' })}
        link={pictureWords.toEvent}
      >
        <b>{event?.name == null ? terms.unnamedEvent : pictureWords.event(event.name)}</b>
        {event?.visitorId == null ? null : <Text c="dimmed">{pictureWords.visitor(event.visitorId)}</Text>}
      </Station>
      <Station
        name={terms.action}
        icon="actions"
        to={addressOf('action', { id: actionId ?? '' })}
        link={pictureWords.toAction}
      >
        <b>{actionId === null ? pictureWords.test : pictureWords.action(action?.name ?? '…')}</b>
      </Station>
      <Station
        name={terms.template}
        icon="code"
        to={addressOf('destination', { id: destinationId, connectionId })}
        link={pictureWords.toTemplate}
      >
        <Text>{pictureWords.shaped}</Text>
        {body === null ? (
          <Text c="dimmed">{pictureWords.hidden}</Text>
        ) : (
          <Code className={css['body'] ?? ''}>
            {body.length > shownLength ? `${body.slice(0, shownLength)} …` : body}
          </Code>
        )}
      </Station>
      <Station name={parts.status.delivered} icon="check" to={addressOf('delivery', { id })} link={terms.viewDelivery}>
        <StatusBadge status="delivered" />
        <Text>
          {attempt?.response == null
            ? terms.noResponseYet
            : terms.respondedIn(String(attempt.response.status), formatDuration(attempt.durationMs))}
        </Text>
      </Station>
    </ol>
  );
}

type StationProps = { name: string; icon: IconName; to: '/'; link: string; children: ReactNode };

function Station({ name, icon, to, link, children }: StationProps): ReactNode {
  return (
    <Stack component="li" gap={6} className={css['station'] ?? ''}>
      <span className={css['lamp']}>
        <Icon name={icon} size={18} />
      </span>
      <Title order={3}>{name}</Title>
      <Stack gap={4} mih="3rem">
        {children}
      </Stack>
      <PlainLink to={to} inherit={false} size="sm">
        {link}
      </PlainLink>
    </Stack>
  );
}
