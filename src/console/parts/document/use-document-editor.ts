import { useNavigate } from '@tanstack/react-router';
import { rights } from '../../../contract/accounts/rights.ts';
import { queryClient } from '../../data/data.ts';
import { parts, terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { type Editor, type EditorOptions, useEditor } from '../form/use-editor.tsx';
import { addressOf, notifyDone } from '../parts.ts';
import { type DocumentKind, type StoredDocument, useToList } from './document-kind.ts';

type Form<Stored extends StoredDocument, Body, Saved extends Stored, Draft extends object> = Pick<
  EditorOptions<Stored, Draft, Saved, 'save'>,
  'draftOf' | 'problemsOf'
> &
  Partial<EditorOptions<Stored, Draft, Saved, 'save'>> & {
    bodyOf: (draft: Draft, stored: Stored | null) => Body;
    /** After a new one is saved, in place of the notification and of leaving. */
    onCreated?: (saved: Saved) => void;
  };

/** The editor of a document with one way to save. `stored`: null for a new one. */
export function useDocumentEditor<
  Stored extends StoredDocument,
  Body extends object,
  Saved extends Stored,
  Draft extends object,
>(
  kind: DocumentKind<Stored, Body, Saved>,
  stored: Stored | null,
  { bodyOf, onCreated, ...form }: Form<Stored, Body, Saved, Draft>,
): Editor<Stored, Draft, 'save'> {
  const mayManage = useMay(kind.manage);
  const navigate = useNavigate();
  const toList = useToList(kind);
  return useEditor<Stored, Draft, Saved, 'save'>({
    draftKey: `${kind.kind}.${stored?.id ?? 'new'}`,
    stored,
    create: (draft) => kind.create(bodyOf(draft, null)),
    replace: async (base, draft, over) => (await kind.replace(base.id, bodyOf(draft, base), over)) as Saved, // more only of a new one
    load: (id) => queryClient.fetchQuery({ ...kind.query(id), staleTime: 0 }),
    shownOf: bodyOf,
    blockedBy: mayManage ? null : parts.mayNotChange(rights[kind.manage]),
    how: 'save',
    onSaved(saved) {
      if (stored !== null) notifyDone(terms.saved(kind.nameOf(saved)));
      else if (onCreated !== undefined) onCreated(saved);
      else {
        notifyDone(kind.created(kind.nameOf(saved)));
        if (kind.createdOpens === 'list') toList();
        else void navigate({ to: addressOf(kind.kind, saved) });
      }
    },
    onCancel: toList,
    ...form,
  });
}
