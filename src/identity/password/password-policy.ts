import { invalid } from '../../contract/errors.ts';
import { foldEmail } from '../account-snapshot.ts';

/** Throws AppError `invalid_value` for a password that is easy to guess. Its length is checked by the contract. */
export function checkPassword(password: string, email: string): void {
  const folded = foldEmail(password);
  const [name = ''] = foldEmail(email).split('@', 1);
  const isEmail = folded === foldEmail(email) || folded === name;
  // One character, or a few characters repeated.
  const isRepetition = /^(.{1,4})\1+.{0,3}$/su.test(folded);
  if (!isEmail && !isRepetition) return;
  const detail = isEmail ? 'Must not be the e-mail address.' : 'Must not be a repetition.';
  throw invalid([{ pointer: '/password', detail }]);
}
