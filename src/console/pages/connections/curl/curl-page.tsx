import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { terms, connections as words } from '../../../messages/en.ts';
import { Page } from '../../../shell/page.tsx';
import { newCrumbs } from '../connection.ts';
import { ConnectionEditor } from '../form/connection-editor.tsx';
import type { Start } from '../new/start.ts';
import { CurlForm } from './curl-form.tsx';
import { startOf } from './curl-start.ts';

/** A pasted cURL command as the beginning of a connection and a destination. */
export function CurlPage(): ReactNode {
  const navigate = useNavigate();
  const [start, begin] = useState<Start | null>(null);
  return (
    <Page
      title={words.cards.curl}
      lead={start === null ? terms.curlLead : words.curl.leadForm}
      right="connections:manage"
      crumbs={newCrumbs}
    >
      {start !== null ? (
        <ConnectionEditor stored={null} start={start} draftKey="connections/new/curl" isFresh />
      ) : (
        <CurlForm
          connection={null}
          onUse={(request) => {
            const { draft, destination } = startOf(request);
            begin({ draft, destinations: [destination] });
          }}
          onCancel={() => void navigate({ to: '/connections' })}
        />
      )}
    </Page>
  );
}
