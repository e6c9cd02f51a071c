import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { connectionForm } from '../../../messages/en/connection-form.ts';
import { connections as words } from '../../../messages/en/connections.ts';
import { shell } from '../../../messages/en/shell.ts';
import { terms } from '../../../messages/en/terms.ts';
import { Page } from '../../../shell/page.tsx';
import { NewConnection } from '../new/new-connection.tsx';
import type { Start } from '../new/start.ts';
import { CurlForm } from './curl-form.tsx';
import { startOf } from './curl-start.ts';

const w = words.curl;

/** A pasted cURL command as the beginning of a connection and a destination. */
export function CurlPage(): ReactNode {
  const navigate = useNavigate();
  const [start, setStart] = useState<Start | null>(null);
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
        <NewConnection start={start} draftKey="connections/new/curl" isFresh />
      ) : (
        <CurlForm
          madeOf={startOf}
          text={w.understoodText}
          rowsOf={rowsOf}
          templateOf={({ destinations }) => destinations[0]?.template}
          onUse={setStart}
          onCancel={() => void navigate({ to: '/connections' })}
        />
      )}
    </Page>
  );
}

function rowsOf({ draft, destinations: [destination] }: Start): [name: string, value: string][] {
  return [
    [connectionForm.fields.baseUrl[0], draft.port === '' ? draft.baseUrl : `${draft.baseUrl}:${draft.port}`],
    [words.columns.auth, words.details.authTypes[draft.authType]],
    ...draft.headers.map(({ name, isSecret }): [string, string] => [w.header, isSecret ? w.secret(name) : name]),
    [terms.destination, `${destination?.method} ${destination?.path}`],
    [terms.contentType, destination?.contentType ?? ''],
  ];
}
