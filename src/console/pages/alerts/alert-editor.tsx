import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { type AlertDraft, atFields, bodyOf, draftOf, keptOf, problemsOf, shownOf } from './alert-draft.ts';
import { AlertForm } from './alert-form.tsx';

type Props = {
  /** The stored alert; null: a new one. */
  stored: Alert | null;
  onSaved: (saved: Alert) => void;
  onCancel: () => void;
};

/** The form of an alert with its buttons. */
export function AlertEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  const mayManage = useMay('settings:manage');
  const { frame, draft, errors, base, isDisabled, change } = useEditor<Alert, AlertDraft, Alert, 'save'>({
    draftKey: `alert.${stored?.id ?? 'new'}`,
    stored,
    draftOf,
    kept: keptOf,
    problemsOf,
    atFields,
    create: (one) => client().call('createAlert', { body: bodyOf(one) }),
    replace: ({ id }, one, over) => client().call('replaceAlert', { params: { id }, body: bodyOf(one), ...over }),
    load: (id) => client().call('getAlert', { params: { id } }),
    shownOf,
    blockedBy: mayManage ? null : words.readOnly,
    how: 'save',
    onSaved,
    onCancel,
  });
  return frame(<AlertForm draft={draft} errors={errors} base={base} isDisabled={isDisabled} change={change} />);
}
