import { dirname } from 'node:path';
import { freeBytesOf } from '../disk/disk-space.ts';
import { removeFiles } from './recovery.ts';

/** The disk or a quota is full: SQLITE_FULL, and the codes of SQLite for other failures to grow a file. */
export const noRoom: ReadonlySet<unknown> = new Set([13, 778, 4874]); // IOERR_WRITE, IOERR_SHMSIZE

/** The same from the file system. */
const noRoomForFiles: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Writes large files beside `file`. When that fails nothing is left of the `unfinished` ones; when it fails because the
 * disk is full it throws an Error of one sentence.
 *
 * @param doing what it is for, after "to"
 * @param bytes what it needs at least
 */
export function withRoom(
  { doing, file, bytes, unfinished }: { doing: string; file: string; bytes: number; unfinished: readonly string[] },
  write: () => void,
): void {
  try {
    write();
  } catch (error) {
    for (const one of unfinished) removeFiles(one, ['', '-wal', '-shm', '-journal']);
    throw isFull(error) ? tooFull(doing, file, bytes, error) : error;
  }
}

/** The Error of `withRoom`. */
export function tooFull(doing: string, file: string, bytes: number, cause?: unknown): Error {
  const [needed, free] = [bytes, freeBytesOf(dirname(file))].map((size) => `${Math.ceil(size / 2 ** 20)} MiB`);
  return new Error(`The disk is too full to ${doing}: at least ${needed} are needed, and ${free} are free.`, { cause });
}

function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('errcode' in error && noRoom.has(error.errcode)) || ('code' in error && noRoomForFiles.has(error.code));
}
