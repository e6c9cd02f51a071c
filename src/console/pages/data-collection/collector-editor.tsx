import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { Editor } from '../../parts/editor.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import type { Collector } from './collector.ts';
import { atFields, bodyOf, draftOf, emptyDraft, problemsOf } from './collector-draft.ts';
import { CollectorForm } from './collector-form.tsx';

type Props = {
  /** What is stored; null: a new collector. */
  stored: Collector | null;
  onSaved: (saved: Collector) => void;
  onCancel: () => void;
};

/** The form of a collector with its buttons. */
export function CollectorEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  const mayManage = useMay('collectors:manage');
  return (
    <Editor
      kind="collector"
      stored={stored}
      draftOf={(one) => (one === null ? emptyDraft : draftOf(one))}
      problemsOf={problemsOf}
      atFields={atFields}
      create={(draft) => client().call('createCollector', { body: bodyOf(draft) })}
      replace={(id, draft, over) => client().call('replaceCollector', { params: { id }, body: bodyOf(draft), ...over })}
      load={(id) => client().call('getCollector', { params: { id } })}
      shownOf={bodyOf}
      blocks={() => (mayManage ? null : dataCollection.readOnly)}
      onSaved={onSaved}
      onCancel={onCancel}
    >
      {({ draft, errors, isDisabled, change }) => (
        <CollectorForm draft={draft} errors={errors} isDisabled={isDisabled} onChange={change} />
      )}
    </Editor>
  );
}
