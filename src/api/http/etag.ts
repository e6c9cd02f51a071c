import { createHash } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';

/** The entity tag of a document version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** The entity tag of a resource without versions: a digest of its JSON, or of its parts. */
export function contentTag(json: string | readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of typeof json === 'string' ? [json] : json) hash.update(part);
  return `"${hash.digest('base64url').slice(0, 22)}"`;
}

/** Whether a list of entity tags (RFC 9110 §8.8.3; also `*`, weak forms and bare numbers) contains this one. */
export function holdsTag(list: string, tag: string): boolean {
  const wanted = bare(tag);
  return list.split(',').some((one) => one.trim() === '*' || bare(one) === wanted);
}

/**
 * Throws AppError `version_mismatch` with the current version, unless `If-Match` is absent or names it. `present` null:
 * nothing is stored yet, which not even `*` matches.
 */
export function checkIfMatch(ifMatch: string | undefined, present: number | null): void {
  if (ifMatch === undefined) return;
  if (present !== null && holdsTag(ifMatch, versionTag(present))) return;
  const message = present === null ? 'There is no version yet.' : `The current version is ${present}.`;
  throw new AppError('version_mismatch', message, { extra: { version: present } });
}

function bare(tag: string): string {
  return tag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}
