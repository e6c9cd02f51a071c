import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer } from '../../../../client/client.ts';
import { useApiQuery } from '../../../data/data.ts';
import { destinations } from '../../../messages/en.ts';
import { Note, Problem } from '../../../parts/parts.ts';
import { PayloadViewer } from '../../../parts/payload/payload-viewer.tsx';
import type { Sample } from '../../../parts/payload/picked-event.ts';

const words = destinations.preview;

type Props = {
  sample: Sample | null;
  action: Answer<'getAction'> | null;
  destinationId: string | null;
  onInsert: (path: string) => void;
};

/** The input of the template; a click on a name inserts its path at the cursor. */
export function EventTab({ sample, action, destinationId, onInsert }: Props): ReactNode {
  const id = sample?.eventId;
  const { data, error, refetch } = useApiQuery('getEvent', { params: { id: id ?? '' } }, { enabled: id !== undefined });
  if (sample === null) return null;
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  const event = id === undefined ? sample.event : data;
  if (id !== undefined && event === undefined) return <Skeleton height={200} />;
  const mapping = action?.destinations.find((one) => one.destinationId === destinationId)?.mapping ?? [];
  const records = event === undefined ? sample.data : [recordOf(event.data, mapping)];
  return (
    <>
      <Note mb="xs">{words.pick}</Note>
      <PayloadViewer
        value={{ data: records, ...(event === undefined ? {} : { events: [event] }) }}
        root="it"
        label={words.tree}
        onPick={onInsert}
      />
    </>
  );
}

type Mapping = Answer<'getAction'>['destinations'][number]['mapping'];

/** The record of a mapping; the values of expressions are only known to the server. */
function recordOf(data: Readonly<Record<string, unknown>>, mapping: Mapping): Record<string, unknown> {
  if (mapping.length === 0) return data;
  const lines = mapping.flatMap((line): [string, unknown][] => {
    if ('parameter' in line) return line.parameter in data ? [[line.field, data[line.parameter]]] : [];
    return [[line.field, 'expression' in line ? words.expression(line.expression) : line.value]];
  });
  return Object.fromEntries(lines);
}
