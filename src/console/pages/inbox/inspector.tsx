import { ActionIcon, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { curlCommand } from '../../../contract/documents/curl.ts';
import { inbox as words } from '../../messages/en/inbox.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ExchangeRequest } from '../../parts/exchange.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import css from './inbox-page.module.css';
import type { InboxRequest } from './inbox-page.tsx';

type Props = {
  /** null: it is not on this page of the list. */
  request: InboxRequest | null;
  onClose: () => void;
};

/** A received request beside the list: where it went, its query, headers and body. */
export function Inspector({ request, onClose }: Props): ReactNode {
  const id = useId();
  const maySee = useMay('payloads:view');
  const place = useRef<HTMLElement>(null);
  // Below the list, on a small screen, it would open unseen.
  useEffect(() => {
    if (request?.id !== undefined) place.current?.scrollIntoView({ block: 'nearest' });
  }, [request?.id]);
  return (
    <section className={css['inspector']} aria-labelledby={id} ref={place}>
      <div className={css['head']}>
        <Title order={2} id={id}>
          {request === null ? words.list : words.inspector(request.method, request.path)}
        </Title>
        <ActionIcon aria-label={words.close} onClick={onClose}>
          <Icon name="cross" />
        </ActionIcon>
      </div>
      {request === null ? (
        <Text c="dimmed">{words.gone}</Text>
      ) : (
        <>
          <Group gap="xs" justify="space-between">
            <Text c="dimmed" component="span">
              <Time at={request.receivedAt} />
            </Text>
            <CopyButton text={curlCommand(sent(request))} label={words.copyCurl} />
          </Group>
          <Query query={request.query} />
          <ExchangeRequest request={{ ...sent(request), body: maySee ? request.body : null }} />
          {request.truncated ? <Text c="dimmed">{words.truncated}</Text> : null}
        </>
      )}
    </section>
  );
}

/** Headers that belong to one connection, and that whatever sends again makes by itself. */
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
  // Names may repeat, so that a key needs the place.
  const lines = [...new URLSearchParams(query)].map(([name, value], at) => ({ key: `${at} ${name}`, name, value }));
  return (
    <div>
      <Title order={3}>{words.query}</Title>
      <dl className={css['query']}>
        {lines.map(({ key, name, value }) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>{value === '' ? words.noValue : value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
