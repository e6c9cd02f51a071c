import { createHash } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';

/** The entity tag of a version of a document. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** The entity tag of something without versions: a digest of how it is shown. */
export function contentTag(shown: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22)}"`;
}

/** Whether a list of entity tags (RFC 9110 §8.8.3; `*`, weak forms and bare numbers too) holds this one. */
export function holdsTag(list: string, tag: string): boolean {
  const wanted = bare(tag);
  return list.split(',').some((one) => one.trim() === '*' || bare(one) === wanted);
}

/**
 * Throws AppError `version_mismatch`, carrying the present version, unless `If-Match` is absent or names it. `present`
 * null: there is nothing yet, which not even `*` matches.
 */
export function checkIfMatch(ifMatch: string | undefined, present: number | null): void {
  if (ifMatch === undefined) return;
  if (present !== null && holdsTag(ifMatch, versionTag(present))) return;
  const message =
    present === null ? 'There is no version yet that If-Match could name.' : `The present version is ${present}.`;
  throw new AppError('version_mismatch', message, { extra: { version: present } });
}

function bare(tag: string): string {
  return tag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}
