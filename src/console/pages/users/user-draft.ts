import type { CallInput } from '../../../client/client.ts';
import { emailPattern, lengthProblem } from '../../../contract/accounts/credentials.ts';
import { parts, terms, users as words } from '../../messages/en.ts';
import * as f from '../../parts/form/form-fields.ts';
import type { User } from './user.ts';

export const fields = {
  email: f.needed(f.text('email')),
  isEnabled: f.enabled(),
  /** In the order of their ids, so that the same roles are the same draft. */
  roleIds: f.initially([], f.choice<readonly string[]>('roleIds')),
  /** How a new user gets in for the first time. */
  entry: f.asked<keyof typeof words.entries>('invitation'),
  /** Empty: the present one stays. */
  password: f.asked(''),
};

export const labels: Readonly<Record<keyof typeof fields, f.FieldWords>> = {
  email: [terms.email, words.emailHint],
  isEnabled: [parts.status.enabled, words.isEnabledHint],
  roleIds: [terms.roles],
  entry: [words.entry],
  password: [terms.password],
};

/** A user as the form holds it. */
export type UserDraft = f.DraftOf<typeof fields>;

export function draftOf(user: User | null): UserDraft {
  const draft = f.draftBy(fields, {}, user);
  return { ...draft, roleIds: draft.roleIds.toSorted() };
}

/** What of a draft may be kept in the browser: all but the password. */
export function keptOf({ password: _, ...kept }: UserDraft): Partial<UserDraft> {
  return kept;
}

const setsPassword = ({ entry, password }: UserDraft, isNew: boolean) =>
  isNew ? entry === 'password' : password !== '';

/** The body that saves a draft, without its password. */
export const shownOf = (draft: UserDraft) => f.bodyBy(fields, {}, draft) as CallInput<'createUser'>['body'] & object; // by the fields

/** The body that saves a draft. */
export function bodyOf(draft: UserDraft, stored: User | null) {
  return { ...shownOf(draft), ...(setsPassword(draft, stored === null) ? { password: draft.password } : {}) };
}

/** What the form itself can tell to be wrong, by field. */
export function problemsOf(draft: UserDraft, isNew: boolean): Record<string, string> {
  const problem = setsPassword(draft, isNew) ? lengthProblem(draft.password) : null;
  return {
    ...(emailPattern.test(draft.email.trim()) ? {} : { email: words.wrongEmail }),
    ...(problem === null ? {} : { password: terms.passwords[problem] }),
  };
}
