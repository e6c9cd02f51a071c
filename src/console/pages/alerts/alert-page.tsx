import type { ReactNode } from 'react';
import { alerts as words } from '../../messages/en/alerts.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { useMay } from '../../session/rights.ts';
import { alertKind } from './alert.ts';
import { AlertEditor } from './alert-editor.tsx';
import { AlertHealth } from './alert-health.tsx';
import { AlertMessages } from './alert-messages.tsx';
import { SendTest } from './send-test.tsx';

export function AlertPage(): ReactNode {
  const mayManage = useMay('settings:manage');
  return (
    <DocumentPage
      kind={alertKind}
      lead={({ health }) => <AlertHealth health={health} />}
      tabs={words.tabs}
      panels={{
        details: (alert) => <AlertEditor key={alert.id} stored={alert} />,
        messages: ({ id }) => <AlertMessages alertId={id} />,
      }}
    >
      {({ id }) => (mayManage ? <SendTest alertId={id} /> : null)}
    </DocumentPage>
  );
}
