import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { alertKind } from './alert.ts';
import { bodyOf, draftOf, keptOf, problemsOf, shownOf } from './alert-draft.ts';
import { AlertForm } from './alert-form.tsx';

/** The form of an alert with its buttons. `stored`: null for a new one. */
export function AlertEditor({ stored }: { stored: Alert | null }): ReactNode {
  const { frame, draft, before, errors, base, isDisabled, change } = useDocumentEditor(alertKind, stored, {
    draftOf,
    kept: keptOf,
    problemsOf,
    bodyOf,
    shownOf,
  });
  return frame(
    <AlertForm
      draft={draft}
      stored={before}
      errors={errors}
      isNew={base === null}
      isDisabled={isDisabled}
      onChange={change}
    />,
  );
}
