import { email as emailSchema, newPassword, passwordLength } from '../../../contract/accounts/user.ts';
import { terms } from '../../messages/en/terms.ts';
import { users as words } from '../../messages/en/users.ts';
import type { User } from './user.ts';

/** A user as the form holds it. */
export type UserDraft = {
  email: string;
  isEnabled: boolean;
  /** In the order of their ids, so that the same roles are the same draft. */
  roleIds: readonly string[];
  /** How a new user gets in for the first time. */
  entry: 'invitation' | 'password';
  /** Empty: the present one stays. */
  password: string;
};

export const emptyDraft: UserDraft = { email: '', isEnabled: true, roleIds: [], entry: 'invitation', password: '' };

export function draftOf({ email, status, roleIds }: User): UserDraft {
  return { ...emptyDraft, email, isEnabled: status === 'enabled', roleIds: roleIds.toSorted() };
}

/** What of a draft may be kept in the browser: all but the password. */
export function keptOf({ password: _, ...kept }: UserDraft): Partial<UserDraft> {
  return kept;
}

/** The body that saves a draft; `isNew`: it makes the user. */
export function bodyOf({ email, isEnabled, roleIds, entry, password }: UserDraft, isNew: boolean) {
  const sets = isNew ? entry === 'password' : password !== '';
  return {
    email: email.trim(),
    status: isEnabled ? ('enabled' as const) : ('disabled' as const),
    roleIds: [...roleIds],
    ...(sets ? { password } : {}),
  };
}

/** What the form itself can tell to be wrong, by field. */
export function problemsOf({ email, entry, password }: UserDraft, isNew: boolean): Record<string, string> {
  const isAsked = isNew ? entry === 'password' : password !== '';
  const isShort = Array.from(password).length < passwordLength.min;
  return {
    ...(emailSchema.safeParse(email).success ? {} : { email: words.wrongEmail }),
    ...(isAsked && !newPassword.safeParse(password).success
      ? { password: isShort ? terms.tooShort : terms.tooLong }
      : {}),
  };
}
