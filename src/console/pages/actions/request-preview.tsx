import { Alert, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CallInput } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import type { Sample } from '../../parts/payload/picked-event.ts';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import { type ActionDraft, bodyOfDraft } from './action-draft.ts';

import { SendTest } from './send-test.tsx';

const w = words.preview;
const settleMs = 500;

type Props = {
  destinationId: string;
  /** What the destination is called; null: it is the only one. */
  title: string | null;
  draft: ActionDraft;
  storedId: string | null;
  sample: Sample;
  baseUrl: string;
};

export type PreviewBody = CallInput<'previewDestination'>['body'];

/** The request that a destination would get for one event, by the code that delivers. */
export function RequestPreview({ destinationId, title, draft, storedId, sample, baseUrl }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  const body = bodyOfDraft(draft, 'disabled');
  // Only the mapping of this destination counts; rows that are not finished yet are not part of it.
  const destinations = body.destinations
    ?.filter((one) => one.destinationId === destinationId)
    .map(({ mapping = [], ...one }) => ({ ...one, mapping: mapping.filter(isWritten) }));
  const input = {
    ...sample,
    draft: { name: body.name || terms.action, description: body.description || terms.action, destinations },
    ...(storedId === null ? {} : { actionId: storedId }),
  };
  const [text] = useDebouncedValue(JSON.stringify(input), settleMs);
  const settled: typeof input = JSON.parse(text);
  const { data, error } = useQuery({
    ...apiQuery('previewDestination', { params: { id: destinationId }, body: settled }),
    enabled: maySee,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <Stack gap="xs" role="group" aria-label={title ?? w.title}>
      {title === null ? null : <Title order={3}>{title}</Title>}
      {error !== null ? <Problem error={error} /> : null}
      {data === undefined ? (
        error === null ? (
          <Text c="dimmed">{terms.rendering}</Text>
        ) : null
      ) : data.request === null ? (
        <Alert color="orange" variant="light" icon={<Icon name="alert" />} title={failureOf(data.result)} />
      ) : (
        <ExchangeRequest request={data.request} />
      )}
      {data?.request == null ? null : <SendTest destinationId={destinationId} body={input} baseUrl={baseUrl} />}
      {data?.warnings.map((one) => (
        <Text key={one} size="sm" c="dimmed">
          {one}
        </Text>
      ))}
    </Stack>
  );
}

type Line = NonNullable<NonNullable<ReturnType<typeof bodyOfDraft>['destinations']>[number]['mapping']>[number];

function isWritten(line: Line): boolean {
  if (line.field === '') return false;
  if ('parameter' in line) return line.parameter !== '';
  return !('expression' in line) || line.expression.trim() !== '';
}

type Result = { kind: string; reason?: string; line?: number | undefined; column?: number | undefined };

function failureOf({ kind, reason = '', line, column }: Result): string {
  if (kind === 'skipped') return w.skipped(reason);
  return line === undefined ? w.failed(reason) : w.failedAt(reason, line, column ?? 1);
}
