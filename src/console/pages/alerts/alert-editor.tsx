import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import { Editor } from '../../parts/editor.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { atFields, bodyOf, draftOf, keptOf, problemsOf, shownOf } from './alert-draft.ts';
import { AlertForm } from './alert-form.tsx';

type Props = {
  /** What is stored; null: a new alert. */
  stored: Alert | null;
  onSaved: (saved: Alert) => void;
  onCancel: () => void;
};

/** The form of an alert with its buttons. */
export function AlertEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  const mayManage = useMay('settings:manage');
  return (
    <Editor
      kind="alert"
      stored={stored}
      draftOf={draftOf}
      kept={keptOf}
      problemsOf={problemsOf}
      atFields={atFields}
      create={(draft) => client().call('createAlert', { body: bodyOf(draft) })}
      replace={(id, draft, over) => client().call('replaceAlert', { params: { id }, body: bodyOf(draft), ...over })}
      load={(id) => client().call('getAlert', { params: { id } })}
      shownOf={shownOf}
      blocks={() => (mayManage ? null : words.readOnly)}
      onSaved={onSaved}
      onCancel={onCancel}
    >
      {(form) => <AlertForm {...form} />}
    </Editor>
  );
}
