import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { curlCommand } from '../../../contract/documents/curl.ts';
import type { Attempt, Delivery } from '../../../contract/records/delivery.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Diff } from '../../parts/payload/diff.tsx';
import { Exchange } from '../../parts/payload/exchange.tsx';
import { useMay } from '../../session/rights.ts';
import css from './deliveries.module.css';

const w = words.page;

type Props = { delivery: Delivery; attempt: Attempt; before: Attempt | undefined };

/** What one attempt sent and got, what changed since the one before, and which versions made it. */
export function AttemptDetail({ delivery, attempt, before }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  const { request, response, error, timings, number, outcome, batchId, records } = attempt;
  return (
    <Panel title={w.attemptOf(number, outcomes.attempt[outcome])}>
      <div className={css['detailTools']}>
        <Versions delivery={delivery} attempt={attempt} />
        {maySee && request !== null ? <CopyButton text={curlCommand(request)} label={terms.copyCurl} /> : null}
      </div>
      {batchId === null ? null : (
        <Text size="sm" c="dimmed">
          {w.batch(records - 1)}{' '}
          <Anchor component={Link} to="/deliveries" search={{ batch: batchId } as never}>
            {w.openBatch}
          </Anchor>
        </Text>
      )}
      <Exchange request={request} response={response} error={error} timings={timings} />
      {before === undefined ? null : (
        <details className={css['more']}>
          <summary>{w.changed(before.number)}</summary>
          <Compared before={before} after={attempt} />
        </details>
      )}
    </Panel>
  );
}

function Compared({ before, after }: { before: Attempt; after: Attempt }): ReactNode {
  const labels = { before: w.attempt(before.number), after: w.attempt(after.number) };
  return (
    <div className={css['compared']}>
      <Text fw={600}>{terms.request}</Text>
      <Diff before={requestText(before)} after={requestText(after)} labels={labels} />
      <Text fw={600}>{terms.response}</Text>
      <Diff before={responseText(before)} after={responseText(after)} labels={labels} />
    </div>
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
  const { actionId, connectionId, destinationId } = delivery;
  return (
    <span className={css['versions']}>
      {w.versions}
      {versions.action === null || actionId === null ? null : (
        <Anchor component={Link} to="/actions/$actionId" params={{ actionId } as never} search={versionsTab}>
          {w.version(terms.action, versions.action)}
        </Anchor>
      )}
      <Anchor
        component={Link}
        to="/connections/$connectionId/destinations/$destinationId"
        params={{ connectionId, destinationId } as never}
        search={versionsTab}
      >
        {w.version(terms.destination, versions.destination)}
      </Anchor>
      <Anchor component={Link} to="/connections/$connectionId" params={{ connectionId } as never} search={versionsTab}>
        {w.version(terms.connection, versions.connection)}
      </Anchor>
    </span>
  );
}

const versionsTab = { tab: 'versions' } as never; // Anchor does not know which page it leads to
