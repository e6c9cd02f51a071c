import { Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ComponentProps, type ReactNode, useState } from 'react';
import type { CallInput, RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import type { FieldMapping } from '../../../contract/documents/action.ts';
import { kept, type Names, useApiQuery } from '../../data/data.ts';
import { terms, actions as words } from '../../messages/en.ts';
import { Panel } from '../../parts/parts.ts';
import { EventPicker } from '../../parts/preview/event-picker.tsx';
import type { Sample } from '../../parts/preview/picked-event.ts';
import { RequestTab } from '../../parts/preview/request-tab.tsx';
import { ResponseTab } from '../../parts/preview/response-tab.tsx';
import { SendTest } from '../../parts/preview/send-test.tsx';
import { partsOf } from '../../parts/rules/condition-parts.ts';
import { useTrial } from '../../parts/rules/use-trial.ts';
import { useMay } from '../../session/rights.ts';
import { type ActionDraft, bodyOfDraft } from './action-draft.ts';

const w = words.preview;
const settleMs = 500;

type PreviewProps = {
  draft: ActionDraft;
  names: Names;
  storedId: string | null;
  /** What is picked; null: nothing yet. */
  sample: Sample | null;
};

/** The request to each destination for one event. */
export function PreviewPanel({
  picker,
  ...of
}: PreviewProps & { picker: ComponentProps<typeof EventPicker> }): ReactNode {
  const { draft, names, sample } = of;
  const maySee = useMay('payloads:view');
  const ids = draft.destinations.map(({ destinationId }) => destinationId).filter((id) => id !== '');
  const tried = sample === null || sample.data !== undefined ? null : { ...sample, name: '' };
  const { trial } = useTrial(draft.rules, tried);
  return (
    <Panel title={w.title} text={w.text}>
      {!maySee ? (
        <Text>{terms.payloadsHidden(rights['payloads:view'])}</Text>
      ) : ids.length === 0 ? (
        <Text c="dimmed">{w.choose}</Text>
      ) : (
        <>
          <EventPicker {...picker} />
          {trial?.matched === false && partsOf(draft.rules).length > 1 ? (
            <Text size="sm" c="var(--console-warn)">
              {w.unmatched}
            </Text>
          ) : null}
          {sample === null
            ? null
            : ids.map((id) => (
                <RequestPreview
                  key={id}
                  {...of}
                  sample={sample}
                  destinationId={id}
                  title={ids.length > 1 ? names.place(id) : null}
                />
              ))}
        </>
      )}
    </Panel>
  );
}

/** `title`: the name of the destination; null: it is the only one. */
type RequestProps = PreviewProps & { sample: Sample; destinationId: string; title: string | null };

type PreviewBody = CallInput<'previewDestination'>['body'];

/** The request that a destination would get for one event, by the code that delivers. */
function RequestPreview({ destinationId, title, draft, names, storedId, sample }: RequestProps): ReactNode {
  const body = bodyOfDraft(draft, 'disabled');
  // Only the mapping of this destination counts; rows that are not finished yet are not part of it.
  const destinations = body.destinations
    ?.filter((one) => one.destinationId === destinationId)
    .map(({ mapping = [], ...one }) => ({ ...one, mapping: mapping.filter(isWritten) }));
  const input: PreviewBody = {
    ...sample,
    draft: { name: body.name || terms.action, description: body.description || terms.action, destinations },
    ...(storedId === null ? {} : { actionId: storedId }),
  };
  const [text] = useDebouncedValue(JSON.stringify(input), settleMs);
  const query = useApiQuery(
    'previewDestination',
    { params: { id: destinationId }, body: JSON.parse(text) as PreviewBody },
    { ...kept, retry: false },
  );
  const connectionId = names.of(destinationId)?.connectionId ?? '';
  const connection = useApiQuery('getConnection', { params: { id: connectionId } }, { enabled: connectionId !== '' });
  const mayTest = useMay('connections:manage');
  const [sent, setSent] = useState<RouteResponse<'testDestination'> | null>(null);
  const shown = <RequestTab request={{ ...query, run: () => void query.refetch() }} hasErrors={false} />;
  return (
    <Stack gap="xs" role="group" aria-label={title ?? w.title}>
      {title === null ? null : <Title order={3}>{title}</Title>}
      {/* Above the preview, whose height changes with the draft: a button that moves loses clicks. */}
      {mayTest ? (
        <SendTest
          destinationId={destinationId}
          body={query.data?.request == null ? null : () => input}
          whyNot={shown}
          baseUrl={connection.data?.baseUrl ?? ''}
          onSent={setSent}
        />
      ) : null}
      {shown}
      {sent === null ? null : <ResponseTab test={sent} tried={{ sample }} action={null} />}
    </Stack>
  );
}

function isWritten(line: FieldMapping): boolean {
  if (line.field === '') return false;
  if ('parameter' in line) return line.parameter !== '';
  return !('expression' in line) || line.expression.trim() !== '';
}
