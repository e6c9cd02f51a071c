import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms, replays as words } from '../../messages/en.ts';
import { bind, options } from '../form/bind.ts';
import { TimeField } from '../form/time-field.tsx';
import { FieldGrid } from '../parts.ts';
import type { ReplayDraft, Span } from './replay-draft.ts';

const w = words.dialog;

const spansMs: Partial<Record<Span, number>> = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000 };

type Props = {
  draft: ReplayDraft;
  /** When the issue opened that the replay is for. */
  issueOpenedAt: string | undefined;
  onChange: (change: Partial<ReplayDraft>) => void;
};

/** From when on things are sent again: a usual range, since an issue opened, or times. */
export function SpanFields({ draft, issueOpenedAt, onChange }: Props): ReactNode {
  const { of, filter, span } = draft;
  const [after, before] = of === 'events' ? ['receivedAfter', 'receivedBefore'] : ['createdAfter', 'createdBefore'];
  const spans = options(w.spans).filter(({ value }) => value !== 'issue' || issueOpenedAt !== undefined);
  function choose(next: Span) {
    const ms = spansMs[next];
    const from =
      next === 'issue' ? issueOpenedAt : ms === undefined ? undefined : new Date(Date.now() - ms).toISOString();
    const times = next === 'custom' ? {} : { [after]: from, [before]: undefined };
    onChange({ span: next, filter: { ...filter, ...times } });
  }
  const time = (key: string, label: string) => (
    <TimeField label={label} value={filter[key]} onChange={(at) => onChange({ filter: { ...filter, [key]: at } })} />
  );
  return (
    <>
      <NativeSelect label={terms.timeRange} {...bind(span, choose)} data={spans} />
      {span === 'custom' ? (
        <FieldGrid>
          {time(after, w.from)}
          {time(before, w.until)}
        </FieldGrid>
      ) : null}
    </>
  );
}
