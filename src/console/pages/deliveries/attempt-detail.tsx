import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { curlCommand } from '../../../contract/documents/curl.ts';
import type { Attempt, Delivery } from '../../../contract/records/delivery.ts';
import { outcomes, terms, deliveries as words } from '../../messages/en.ts';
import { CopyButton, More, Note, Panel, TextLink, ThingLink } from '../../parts/parts.ts';
import { Diff } from '../../parts/payload/diff.tsx';
import { Exchange } from '../../parts/payload/exchange.tsx';
import { useMay } from '../../session/rights.ts';

const w = words.page;

type Props = { delivery: Delivery; attempt: Attempt; before: Attempt | undefined };

/** What one attempt sent and got, what changed since the one before, and which versions made it. */
export function AttemptDetail({ delivery, attempt, before }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  const { request, response, error, timings, number, outcome, batchId, records } = attempt;
  return (
    <Panel title={w.attemptOf(number, outcomes.attempt[outcome])}>
      <Group justify="space-between" gap="0.5rem 1rem">
        <Versions delivery={delivery} attempt={attempt} />
        {maySee && request !== null ? <CopyButton text={curlCommand(request)} label={terms.copyCurl} /> : null}
      </Group>
      {batchId === null ? null : (
        <Note>
          {w.batch(records - 1)}{' '}
          <TextLink to="/deliveries" search={{ batch: batchId }}>
            {w.openBatch}
          </TextLink>
        </Note>
      )}
      <Exchange request={request} response={response} error={error} timings={timings} />
      {before === undefined ? null : (
        <More summary={w.changed(before.number)}>
          <Compared before={before} after={attempt} />
        </More>
      )}
    </Panel>
  );
}

function Compared({ before, after }: { before: Attempt; after: Attempt }): ReactNode {
  const labels = { before: w.attempt(before.number), after: w.attempt(after.number) };
  return (
    <Stack gap="xs">
      <Text fw={600}>{terms.request}</Text>
      <Diff before={requestText(before)} after={requestText(after)} labels={labels} />
      <Text fw={600}>{terms.response}</Text>
      <Diff before={responseText(before)} after={responseText(after)} labels={labels} />
    </Stack>
  );
}

function requestText({ request }: Attempt): string {
  if (request === null) return w.noRequest;
  return [`${request.method} ${request.url}`, ...lines(request.headers), '', laidOut(request.body)].join('\n');
}

function responseText({ response, error }: Attempt): string {
  if (response === null) return error?.message ?? w.noAnswer;
  return [String(response.status), ...lines(response.headers), '', laidOut(response.body)].join('\n');
}

function lines(headers: readonly (readonly [string, string])[]): string[] {
  return headers.map(([name, value]) => `${name}: ${value}`);
}

/** JSON on many lines, so that one changed value is one changed line. */
function laidOut(body: string | null): string {
  try {
    return body === null ? '' : JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body ?? ''; // no JSON: as it is
  }
}

function Versions({ delivery, attempt: { versions } }: Pick<Props, 'delivery' | 'attempt'>): ReactNode {
  const link = (kind: 'action' | 'destination' | 'connection', search: object) => {
    const [id, version] = [delivery[`${kind}Id`], versions[kind]];
    if (id === null || version === null) return null;
    return <ThingLink underline="always" search={search} entry={{ kind, id, name: w.version(terms[kind], version) }} />;
  };
  return (
    <Group gap="0.4rem 0.75rem" fz="sm" c="dimmed">
      {w.versions}
      {link('action', { tab: 'versions' })}
      {link('destination', { versions: 'open' })}
      {link('connection', { tab: 'versions' })}
    </Group>
  );
}
