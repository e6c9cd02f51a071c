import { AppError } from '../contract/errors.ts';
import { foldEmail } from './account-snapshot.ts';

/** Throws AppError `invalid_value` for a password that anybody would try first. Its length is in the contract. */
export function checkPassword(password: string, email: string): void {
  const folded = foldEmail(password);
  const [name = ''] = foldEmail(email).split('@', 1);
  const isEmail = folded === foldEmail(email) || folded === name;
  // One sign, or a few in a row again and again.
  const isRepetition = /^(.{1,4})\1+.{0,3}$/su.test(folded);
  if (!isEmail && !isRepetition) return;
  const detail = isEmail ? 'Must not be the e-mail.' : 'Must not be a repetition.';
  throw new AppError('invalid_value', `/password: ${detail}`, { errors: [{ pointer: '/password', detail }] });
}
