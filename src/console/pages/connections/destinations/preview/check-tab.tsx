import { Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { destinations, terms } from '../../../../messages/en.ts';
import { InWords, More, Note, Problem, Time } from '../../../../parts/parts.ts';
import { Diff } from '../../../../parts/payload/diff.tsx';
import { PayloadViewer } from '../../../../parts/payload/payload-viewer.tsx';
import { Failed, Said } from '../../../../parts/preview/request-tab.tsx';
import { type Check, type Tried, useCheck } from './use-preview.ts';

const words = destinations.check;

type Row = Check['rows'][number];
type Filter = 'all' | 'threw' | 'skipped' | 'changed';

type Props = {
  tried: Tried;
  hasErrors: boolean;
  onGoTo: (line: number, column: number) => void;
  onPick: (eventId: string, actionId: string | null) => void;
};

/** The results of the draft with the newest events: how many render, which fail and why, and which bodies change. */
export function CheckTab({ tried, hasErrors, onGoTo, onPick }: Props): ReactNode {
  const { data, error, isFetching, run } = useCheck(tried, !hasErrors);
  const [filter, choose] = useState<Filter>('all');
  if (hasErrors && data === undefined) return <Text c="dimmed">{destinations.preview.notYet}</Text>;
  if (error !== null && !hasErrors) return <Problem error={error} onRetry={run} />;
  if (data === undefined)
    return (
      <div aria-busy="true">
        <Text c="dimmed">{words.running}</Text>
        <Skeleton height={160} mt="sm" />
      </div>
    );
  if (data.checked === 0) return <Text c="dimmed">{words.none}</Text>;
  const isSaved = tried.destinationId !== null;
  const rows = data.rows.filter(
    (row) => filter === 'all' || (filter === 'changed' ? row.changed : row.outcome === filter),
  );
  return (
    <Stack gap="sm" aria-busy={isFetching}>
      <div role="status">
        {data.threw > 0 ? (
          <Text fw={600} c="var(--console-bad)">
            {words.breaks(data.threw, data.checked)}
          </Text>
        ) : data.skipped === 0 ? (
          <Text fw={600} c="var(--console-good)">
            {words.allFine(data.checked)}
          </Text>
        ) : null}
        {isSaved ? <Text>{words.changes(data.changed)}</Text> : null}
      </div>
      <Group gap="xs" justify="space-between">
        <Group gap={4} role="group" aria-label={words.filter}>
          {(['all', 'threw', 'skipped', 'changed'] as const).map((one) => (
            <Button
              key={one}
              size="compact-sm"
              variant={one === filter ? 'filled' : 'default'}
              aria-pressed={one === filter}
              onClick={() => choose(one)}
            >
              {one === 'all' ? terms.all : words.counted(words.counts[one], data[one])}
            </Button>
          ))}
        </Group>
        <Button size="xs" loading={isFetching} onClick={run}>
          {words.run}
        </Button>
      </Group>
      {rows.length === 0 ? (
        <Text c="dimmed">{terms.none}</Text>
      ) : (
        <Stack component="ul" gap={4} mah="34rem" style={{ overflowY: 'auto' }}>
          {rows.map((row) => (
            <CheckedEvent
              key={`${row.event.id} ${row.actionId}`}
              row={row}
              isSaved={isSaved}
              onGoTo={onGoTo}
              onPick={onPick}
            />
          ))}
        </Stack>
      )}
    </Stack>
  );
}

const tones = { ok: 'good', threw: 'bad', skipped: 'calm' } as const;

function CheckedEvent({
  row,
  isSaved,
  onGoTo,
  onPick,
}: { row: Row; isSaved: boolean } & Pick<Props, 'onGoTo' | 'onPick'>): ReactNode {
  const { event, outcome, changed, reason, line, column } = row;
  return (
    <Box component="li" py={4} style={{ borderBlockEnd: '1px solid var(--console-line)' }}>
      <More
        summary={
          <Group component="span" display="inline-flex" gap="sm" w="calc(100% - 1.5rem)">
            <Said tone={tones[outcome]} text={words.outcomes[outcome]} />
            <span>{event.name ?? terms.noName}</span>
            {changed && isSaved ? (
              <Text span size="xs" c="var(--console-work)">
                {words.changedMark}
              </Text>
            ) : null}
            <Note span ms="auto">
              <Time at={event.receivedAt} show="stream" />
            </Note>
            {outcome === 'threw' ? (
              <Text span w="100%" size="sm" c="var(--console-bad)" style={{ overflowWrap: 'anywhere' }}>
                {line === undefined ? '' : `${line}:${column ?? 1} `}
                <InWords text={reason ?? ''} />
              </Text>
            ) : null}
          </Group>
        }
      >
        <Stack gap="xs" mt="xs">
          {outcome === 'threw' ? <Failed result={{ reason: reason ?? '', line, column }} onGoTo={onGoTo} /> : null}
          {outcome === 'skipped' ? <Text>{destinations.preview.skipped(reason ?? '')}</Text> : null}
          {isSaved ? (
            changed ? (
              <Diff before={row.before} after={row.after} labels={{ before: words.before, after: words.after }} />
            ) : (
              <Text c="dimmed">{words.same}</Text>
            )
          ) : row.after === null ? null : (
            <PayloadViewer value={row.after} label={words.after} />
          )}
          <div>
            <Button size="xs" onClick={() => onPick(event.id, row.actionId)}>
              {words.pick}
            </Button>
          </div>
        </Stack>
      </More>
    </Box>
  );
}
