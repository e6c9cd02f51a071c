import { Button, Group, Modal, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ActionCheck, EventRef } from '../../../contract/records/check.ts';
import { apiQuery } from '../../data/api.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Diff } from '../../parts/payload/diff.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import type { ActionBody } from './action.ts';
import type { Places } from './use-places.ts';

const w = words.check;

type Props = {
  /** What would be saved. */
  body: ActionBody;
  storedId: string | null;
  places: Places;
  onClose: () => void;
};

/** What saving would change, on the last 100 events. */
export function CheckDialog({ body, storedId, places, onClose }: Props): ReactNode {
  const isNew = storedId === null;
  const asked = { retry: false, gcTime: 0 };
  const draft = { draft: body };
  const unsaved = useQuery({ ...apiQuery('checkUnsavedAction', { body: draft }), enabled: isNew, ...asked });
  const stored = useQuery({
    ...apiQuery('checkAction', { params: { id: storedId ?? '' }, body: draft }),
    enabled: !isNew,
    ...asked,
  });
  const check = isNew ? unsaved : stored;
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={words.editor.check}
      closeButtonProps={{ 'aria-label': terms.close }}
    >
      <Stack>
        <Text c="dimmed">{w.text}</Text>
        {check.error === null ? null : <Problem error={check.error} />}
        {check.data === undefined ? (
          check.error === null ? (
            <Skeleton height={180} aria-busy="true" />
          ) : null
        ) : (
          <Found check={check.data} isNew={isNew} places={places} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {terms.close}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Found({ check, isNew, places }: { check: ActionCheck; isNew: boolean; places: Places }): ReactNode {
  const { looked, checked, matched, counts } = check;
  if (looked === 0) return <Text>{w.noEvents}</Text>;
  const changes = counts.newlyMatched + counts.noLonger + counts.bodiesChanged;
  return (
    <Stack gap="xs" role="status">
      <Text fw={600}>{isNew ? w.matchedNew(matched, looked) : w.matched(matched, checked, looked)}</Text>
      {!isNew && changes === 0 ? <Text c="dimmed">{w.nothingChanges}</Text> : null}
      {isNew ? null : (
        <>
          <Section title={w.newlyMatched(counts.newlyMatched)} count={counts.newlyMatched} listed={check.newlyMatched}>
            {(one) => <EventLink event={one} />}
          </Section>
          <Section title={w.noLonger(counts.noLonger)} count={counts.noLonger} listed={check.noLonger}>
            {(one) => <EventLink event={one} />}
          </Section>
          <Section
            title={w.bodiesChanged(counts.bodiesChanged)}
            count={counts.bodiesChanged}
            listed={check.bodiesChanged.slice(0, shownDiffs)}
          >
            {({ event, destinationId, before, after }) => (
              <Stack gap="xs">
                <span>
                  <EventLink event={event} /> → {places.nameOf(destinationId)}
                </span>
                <Diff before={before} after={after} labels={{ before: w.before, after: w.after }} />
              </Stack>
            )}
          </Section>
        </>
      )}
      <Section title={w.threw(counts.threw)} count={counts.threw} listed={check.threw} isBad>
        {({ event, destinationId, reason, line, column }) => (
          <>
            <EventLink event={event} /> → {places.nameOf(destinationId)}
            <Text size="sm" c="var(--console-bad)">
              {line === undefined ? reason : w.place(reason, line, column ?? 1)}
            </Text>
          </>
        )}
      </Section>
    </Stack>
  );
}

/** Differences that are drawn at once; more would only be scrolled past. */
const shownDiffs = 10;

type SectionProps<T> = {
  title: string;
  count: number;
  listed: readonly (T & ({ event: EventRef; destinationId: string } | EventRef))[];
  isBad?: boolean;
  children: (one: T) => ReactNode;
};

function Section<T>({ title, count, listed, isBad = false, children }: SectionProps<T>): ReactNode {
  if (count === 0)
    return (
      <Text c="dimmed">
        <Icon name="check" size={14} /> {title}
      </Text>
    );
  return (
    <Paper component="details" open={isBad || count <= 3} px="sm" py="xs" bd="1px solid var(--console-line)">
      <Text component="summary" fw={550} mih={24} style={{ cursor: 'pointer' }}>
        <Icon name={isBad ? 'cross' : 'alert'} size={14} /> {title}
      </Text>
      <Stack component="ul" gap="xs" mt="xs">
        {listed.map((one) => (
          <li key={'event' in one ? `${one.event.id} ${one.destinationId}` : one.id}>{children(one)}</li>
        ))}
      </Stack>
      {listed.length < count ? <Text c="dimmed">{terms.more(count - listed.length)}</Text> : null}
    </Paper>
  );
}

function EventLink({ event }: { event: EventRef }): ReactNode {
  return (
    <>
      <Link to="/events/$eventId" params={{ eventId: event.id } as never} target="_blank">
        {event.name ?? terms.unnamedEvent}
      </Link>{' '}
      <Text span size="sm" c="dimmed">
        <Time at={event.receivedAt} />
      </Text>
    </>
  );
}
