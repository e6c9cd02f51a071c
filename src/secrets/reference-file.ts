import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, normalize, sep } from 'node:path';

/** The value of a secret, or the reason why it can't be read. */
export type Reading = { value: string } | { problem: string };

/** The maximum size of a secret. */
const bytesMax = 65_536;

/** Whether a path is a plain absolute one (no `..`, no doubled slash) and is allowed, or in an allowed folder. */
export function isAllowedFile(path: string, allowed: readonly string[]): boolean {
  if (!isAbsolute(path) || normalize(path) !== path || path.endsWith(sep)) return false;
  return allowed.some((one) => path === one || (one.endsWith(sep) && path.startsWith(one)));
}

/**
 * The text of an allowed file, without a line break at its end. Links are followed (mounted secrets are links) but
 * must end in an allowed place. Problems are sentences for the person who wrote the reference.
 */
export function readAllowedFile(
  path: string,
  { allowed, dataDir }: { allowed: readonly string[]; dataDir: string },
): Reading {
  const named = `file:${path}`;
  try {
    const real = realpathSync(path);
    if (isIn(real, realOf(dataDir)) || !isAllowedFile(real, allowed.flatMap(realAllowed)))
      return { problem: `${named} links to a place that MILLRACE_SECRET_REFS does not allow.` };
    return readText(real, named);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unreadable';
    return { problem: code === 'ENOENT' ? `${named} does not exist.` : `${named} can't be read (${code}).` };
  }
}

function readText(real: string, named: string): Reading {
  // Opening a pipe without O_NONBLOCK would block until it has a writer.
  const file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(file).isFile()) return { problem: `${named} is not a file.` };
    const buffer = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (let more = 1; more > 0 && length <= bytesMax; length += more)
      more = readSync(file, buffer, length, buffer.length - length, null);
    if (length > bytesMax) return { problem: `${named} is over 64 KiB.` };
    const text = buffer.subarray(0, length).toString('utf8');
    if (text.includes('\ufffd') || text.includes('\0')) return { problem: `${named} is not UTF-8 text.` };
    const value = text.replace(/\r?\n$/, '');
    return value === '' ? { problem: `${named} is empty.` } : { value };
  } finally {
    closeSync(file);
  }
}

/** The real path of an allowed place, which may itself be a link; a missing one allows nothing. */
function realAllowed(one: string): string[] {
  const real = realOf(one);
  if (real === null) return [];
  return [one.endsWith(sep) && !real.endsWith(sep) ? `${real}${sep}` : real];
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // missing
  }
}

function isIn(path: string, folder: string | null): boolean {
  return folder !== null && (path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`));
}
