import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import type { Collector } from './collector.ts';
import { atFields, bodyOf, type CollectorDraft, draftOf, emptyDraft, problemsOf } from './collector-draft.ts';
import { CollectorForm } from './collector-form.tsx';

type Props = {
  /** The stored collector; null: a new one. */
  stored: Collector | null;
  onSaved: (saved: Collector) => void;
  onCancel: () => void;
};

/** The form of a collector with its buttons. */
export function CollectorEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  const mayManage = useMay('collectors:manage');
  const { frame, draft, errors, isDisabled, change } = useEditor<Collector, CollectorDraft, Collector, 'save'>({
    draftKey: `collector.${stored?.id ?? 'new'}`,
    stored,
    draftOf: (one) => (one === null ? emptyDraft : draftOf(one)),
    problemsOf,
    atFields,
    create: (one) => client().call('createCollector', { body: bodyOf(one) }),
    replace: ({ id }, one, over) => client().call('replaceCollector', { params: { id }, body: bodyOf(one), ...over }),
    load: (id) => client().call('getCollector', { params: { id } }),
    shownOf: bodyOf,
    blockedBy: mayManage ? null : dataCollection.readOnly,
    how: 'save',
    onSaved,
    onCancel,
  });
  return frame(<CollectorForm draft={draft} errors={errors} isDisabled={isDisabled} onChange={change} />);
}
