import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { alerts as words } from '../../messages/en.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { useMay } from '../../session/rights.ts';
import { alertKind } from './alert.ts';
import { bodyOf, draftOf, keptOf, problemsOf, shownOf } from './alert-draft.ts';
import { AlertForm } from './alert-form.tsx';
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

export const NewAlertPage = newDocumentPage(alertKind, AlertEditor);

/** The form of an alert with its buttons. `stored`: null for a new one. */
function AlertEditor({ stored }: { stored: Alert | null }): ReactNode {
  const parts = { draftOf, kept: keptOf, problemsOf, bodyOf, shownOf };
  const { frame, form, base } = useDocumentEditor(alertKind, stored, parts);
  return frame(<AlertForm {...form} isNew={base === null} />);
}
