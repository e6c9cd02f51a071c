import { type ReactNode, useState } from 'react';
import { terms } from '../../messages/en/terms.ts';
import { useToList } from '../../parts/document/document-kind.ts';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { notifyDone } from '../../parts/notify.ts';
import { ShownInvitation } from './invite-user.tsx';
import { type User, useProtection, userKind } from './user.ts';
import { bodyOf, draftOf, emptyDraft, keptOf, problemsOf } from './user-draft.ts';
import { UserForm } from './user-form.tsx';

/** The form of a user with its buttons; then the link of the invitation. `stored`: null for a new one. */
export function UserEditor({ stored }: { stored: User | null }): ReactNode {
  const protection = useProtection();
  const toList = useToList(userKind);
  const [invitation, show] = useState<{ email: string; url: string } | null>(null);
  const { frame, draft, errors, base, isDisabled, change } = useDocumentEditor(userKind, stored, {
    draftOf: (one) => (one === null ? emptyDraft : draftOf(one)),
    kept: keptOf,
    problemsOf,
    atFields,
    bodyOf: (one, present) => bodyOf(one, present === null),
    shownOf: (one, present) => {
      const { password: _, ...shown } = bodyOf(one, present === null);
      return shown;
    },
    blockedBy: protection(stored ?? { roleIds: [] }),
    onCreated({ email, inviteUrl: url }) {
      if (url !== undefined) return show({ email, url });
      notifyDone(terms.createdNow(email));
      toList();
    },
  });
  return (
    <>
      {frame(<UserForm stored={base} draft={draft} errors={errors} isDisabled={isDisabled} onChange={change} />)}
      <ShownInvitation invitation={invitation} onDone={toList} />
    </>
  );
}

/** What the server said about fields; an e-mail that is taken belongs to the field E-mail, a role to the roles. */
function atFields(told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(told).map(([path, text]) => [
      path === 'name' ? 'email' : path.startsWith('roleIds') ? 'roleIds' : path,
      text,
    ]),
  );
}
