import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { client } from '../../session/session.ts';
import { type User, useProtection } from './user.ts';
import { bodyOf, draftOf, emptyDraft, keptOf, problemsOf, type UserDraft } from './user-draft.ts';
import { UserForm } from './user-form.tsx';

type Props = {
  /** What is stored; null: a new user. */
  stored: User | null;
  /** A user that was made without a password comes with `inviteUrl`. */
  onSaved: (saved: Answer<'createUser'>) => void;
  onCancel: () => void;
};

/** The form of a user with its buttons. */
export function UserEditor({ stored, onSaved, onCancel }: Props): ReactNode {
  const protection = useProtection();
  const { frame, draft, errors, base, isDisabled, change } = useEditor<User, UserDraft, Answer<'createUser'>, 'save'>({
    draftKey: `user.${stored?.id ?? 'new'}`,
    stored,
    draftOf: (one) => (one === null ? emptyDraft : draftOf(one)),
    kept: keptOf,
    problemsOf,
    atFields,
    create: (one) => client().call('createUser', { body: bodyOf(one, true) }),
    replace: ({ id }, one, over) => client().call('changeUser', { params: { id }, body: bodyOf(one, false), ...over }),
    load: (id) => client().call('getUser', { params: { id } }),
    shownOf: (one, present) => {
      const { password: _, ...shown } = bodyOf(one, present === null);
      return shown;
    },
    blockedBy: protection(stored ?? { roleIds: [] }),
    how: 'save',
    onSaved,
    onCancel,
  });
  return frame(<UserForm stored={base} draft={draft} errors={errors} isDisabled={isDisabled} onChange={change} />);
}

/** What the server said about fields; an e-mail that somebody has belongs to the field E-mail, a role to the roles. */
function atFields(told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(told).map(([path, text]) => [
      path === 'name' ? 'email' : path.startsWith('roleIds') ? 'roleIds' : path,
      text,
    ]),
  );
}
