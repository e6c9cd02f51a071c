import { Button, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Page } from '../../shell/page.tsx';
import css from './connection-form.module.css';
import { readCurl } from './curl-command.ts';
import { CurlField, CurlUnderstood } from './curl-field.tsx';
import { startOf } from './curl-start.ts';
import { handCurl, handedCurl } from './handed-curl.ts';
import { ComesWith, NewConnection } from './new-connection.tsx';
import type { Start } from './start.ts';

const w = words.curl;

/** Paste a cURL command: what it says is shown, then it is the beginning of a connection and a destination. */
export function CurlPage(): ReactNode {
  const navigate = useNavigate();
  const [text, write] = useState(handedCurl);
  const [start, setStart] = useState<Start | null>(null);
  const result = useMemo(() => (text.trim() === '' ? null : readCurl(text)), [text]);
  const made = useMemo(() => (result?.ok === true ? startOf(result.request) : null), [result]);
  // Read once: whoever comes back later begins with nothing.
  useEffect(() => handCurl(''), []);
  return (
    <Page
      title={words.cards.curl}
      lead={start === null ? w.lead : w.leadForm}
      right="connections:manage"
      crumbs={[
        { label: shell.pages.connections, to: '/connections' },
        { label: terms.newConnection, to: '/connections/new' },
      ]}
    >
      {start !== null ? (
        <>
          <ComesWith start={start} />
          <NewConnection start={start} draftKey="connections/new/curl" isFresh />
        </>
      ) : (
        <div className={css['form']}>
          <CurlField text={text} result={result} onChange={write} />
          {made === null || result?.ok !== true ? null : (
            <CurlUnderstood
              request={result.request}
              text={w.understoodText}
              rows={rowsOf(made)}
              template={made.destinations[0]?.template}
            />
          )}
          <Group>
            <Button disabled={made === null} onClick={() => setStart(made)}>
              {terms.continue}
            </Button>
            <Button variant="subtle" color="gray" onClick={() => void navigate({ to: '/connections' })}>
              {parts.cancel}
            </Button>
          </Group>
        </div>
      )}
    </Page>
  );
}

function rowsOf({ draft, destinations: [destination] }: Start): [name: string, value: string][] {
  return [
    [terms.baseUrl, draft.port === '' ? draft.baseUrl : `${draft.baseUrl}:${draft.port}`],
    [words.columns.auth, words.details.authTypes[draft.authType]],
    ...draft.headers.map(({ name, isSecret }): [string, string] => [w.header, isSecret ? w.secret(name) : name]),
    [terms.destination, `${destination?.method} ${destination?.path}`],
    [terms.contentType, destination?.contentType ?? ''],
  ];
}
