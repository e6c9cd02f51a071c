import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { curlCommand } from '../../../contract/documents/curl.ts';
import { terms, inbox as words } from '../../messages/en.ts';
import { CopyButton, Facts, Inspector, Time } from '../../parts/parts.ts';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import { useMay } from '../../session/rights.ts';
import type { InboxRequest } from './inbox-page.tsx';

type Props = {
  /** null: it is not on this page of the list. */
  request: InboxRequest | null;
  onClose: () => void;
};

/** A received request beside the list: where it went, its query, headers and body. */
export function RequestInspector({ request, onClose }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  return (
    <Inspector
      title={request === null ? words.list : words.inspector(request.method, request.path)}
      shown={request?.id}
      onClose={onClose}
    >
      {request === null ? (
        <Text c="dimmed">{words.gone}</Text>
      ) : (
        <>
          <Group gap="xs" justify="space-between">
            <Text c="dimmed" component="span">
              <Time at={request.receivedAt} show="log" />
            </Text>
            {maySee ? <CopyButton text={curlCommand(sent(request))} label={terms.copyCurl} /> : null}
          </Group>
          <Query query={request.query} />
          <ExchangeRequest request={{ ...sent(request), body: maySee ? request.body : null }} />
          {request.truncated ? <Text c="dimmed">{words.truncated}</Text> : null}
        </>
      )}
    </Inspector>
  );
}

/** Headers of one connection, which every client sets itself. */
const ofConnection = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding']);

/** The request as it would be sent again. */
function sent({ method, path, query, headers, body }: InboxRequest) {
  return {
    method,
    url: `${location.origin}${path}${query === '' ? '' : `?${query}`}`,
    headers: headers.filter(([name]) => !ofConnection.has(name.toLowerCase())),
    body: body === '' ? null : body,
  };
}

function Query({ query }: { query: string }): ReactNode {
  if (query === '') return null;
  const facts = [...new URLSearchParams(query)].map(([name, value]) => [name, value || words.noValue] as const);
  return (
    <div>
      <Title order={3}>{words.query}</Title>
      <Facts facts={facts} isCode />
    </div>
  );
}
