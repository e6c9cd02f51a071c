import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useEffectEvent } from 'react';
import type { ActionCheck, EventRef } from '../../../contract/records/check.ts';
import { apiQuery, fieldErrors, type Names } from '../../data/data.ts';
import { terms, actions as words } from '../../messages/en.ts';
import { Dialog, Icon, More, Note, Problem, TextLink, Time } from '../../parts/parts.ts';
import { Diff } from '../../parts/payload/diff.tsx';
import type { ActionBody } from './action.ts';

const w = words.check;

type Props = {
  /** What would be saved. */
  body: ActionBody;
  storedId: string | null;
  names: Names;
  onClose: () => void;
  /** The server refuses fields of the draft. */
  onRefused: (fields: Readonly<Record<string, string>>) => void;
};

/** Differences that are drawn at once; more would only be scrolled past. */
const shownDiffs = 10;

/** The effects of saving on the last 100 events. */
export function CheckDialog({ body: draft, storedId, names, onClose, onRefused }: Props): ReactNode {
  const asked =
    storedId === null
      ? apiQuery('checkUnsavedAction', { body: { draft } })
      : apiQuery('checkAction', { params: { id: storedId }, body: { draft } });
  const { data, error } = useQuery({ ...asked, retry: false, gcTime: 0 });
  const refuse = useEffectEvent((failed: unknown) => {
    const fields = fieldErrors(failed);
    if (Object.keys(fields).length > 0) onRefused(fields);
  });
  useEffect(() => refuse(error), [error]);
  return (
    <Dialog onClose={onClose} size="xl" title={words.editor.check}>
      <Stack>
        <Text c="dimmed">{w.text}</Text>
        {error !== null ? (
          <Problem error={error} />
        ) : data === undefined ? (
          <Skeleton height={180} aria-busy="true" />
        ) : (
          <Found check={data} draft={draft} isNew={storedId === null} names={names} />
        )}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {terms.close}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

type FoundProps = { check: ActionCheck; draft: ActionBody; isNew: boolean; names: Names };

function Found({ check, draft, isNew, names }: FoundProps): ReactNode {
  const { looked, matched, counts } = check;
  if (looked === 0) return <Text>{w.noEvents}</Text>;
  const changes = counts.newlyMatched + counts.noLonger + counts.bodiesChanged;
  // Without a match or a destination nothing was rendered.
  const isRendered = matched > 0 && draft.destinations?.length !== 0;
  const section = (kind: Exclude<keyof typeof counts, 'sent'>, lines: readonly ReactNode[]) => (
    <Section title={w[kind](counts[kind])} count={counts[kind]} lines={lines} isBad={kind === 'threw'} />
  );
  const events = (refs: readonly EventRef[]) => refs.map((event) => <EventLine key={event.id} event={event} />);
  return (
    <Stack gap="xs" role="status">
      {isRendered ? (
        <Text fw={600}>{w.outcome(counts.sent, counts.skipped, reasonsOf(check), counts.threw)}</Text>
      ) : null}
      <Text fw={isRendered ? 400 : 600}>{isNew ? w.matchedNew(matched, looked) : w.matched(matched, looked)}</Text>
      {!isNew && changes === 0 ? <Text c="dimmed">{w.nothingChanges}</Text> : null}
      {isNew ? null : (
        <>
          {section('newlyMatched', events(check.newlyMatched))}
          {section('noLonger', events(check.noLonger))}
          {section(
            'bodiesChanged',
            check.bodiesChanged.slice(0, shownDiffs).map(({ event, destinationId, before, after }) => (
              <EventLine key={event.id + destinationId} event={event} to={names.place(destinationId)}>
                <Diff before={before} after={after} labels={{ before: w.before, after: w.after }} />
              </EventLine>
            )),
          )}
        </>
      )}
      {isRendered
        ? section(
            'threw',
            check.threw.map(({ event, destinationId, reason, line, column = 1 }) => (
              <EventLine key={event.id + destinationId} event={event} to={names.place(destinationId)}>
                <Text size="sm" c="var(--console-bad)">
                  {line === undefined ? reason : terms.at(reason, line, column)}
                </Text>
              </EventLine>
            )),
          )
        : null}
      {isRendered && counts.skipped > 0
        ? section(
            'skipped',
            check.skipped.map(({ event, destinationId, reason }) => (
              <EventLine key={event.id + destinationId} event={event} to={names.place(destinationId)}>
                <Note>{reason}</Note>
              </EventLine>
            )),
          )
        : null}
    </Stack>
  );
}

/** Why templates skip events, as the headline says it: two reasons at most, since each is listed below with its event. */
function reasonsOf({ skipped }: ActionCheck): string {
  const [first, second, ...more] = new Set(skipped.map(({ reason }) => reason.replace(/\.$/, '')));
  return [first, second].filter((one) => one !== undefined).join(', ') + (more.length > 0 ? ' …' : '');
}

/** An event; of a request also its destination and the details. */
function EventLine({ event, to, children }: { event: EventRef; to?: string; children?: ReactNode }): ReactNode {
  return (
    <li>
      <TextLink to="/events/$eventId" params={{ eventId: event.id }} target="_blank">
        {event.name ?? terms.unnamedEvent}
      </TextLink>{' '}
      <Note span>
        <Time at={event.receivedAt} show="stream" />
      </Note>
      {to === undefined ? '' : ` → ${to}`}
      {children}
    </li>
  );
}

type SectionProps = { title: string; count: number; lines: readonly ReactNode[]; isBad: boolean };

function Section({ title, count, lines, isBad }: SectionProps): ReactNode {
  if (count === 0)
    return (
      <Text c="dimmed">
        <Icon name="check" size={14} /> {title}
      </Text>
    );
  return (
    <More
      isOpenAtFirst={isBad || count <= 3}
      summary={
        <Text span fw={550}>
          <Icon name={isBad ? 'cross' : 'alert'} size={14} /> {title}
        </Text>
      }
    >
      <Stack component="ul" gap="xs" mt="xs">
        {lines}
      </Stack>
      {lines.length < count ? <Text c="dimmed">{terms.more(count - lines.length)}</Text> : null}
    </More>
  );
}
