import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { call, fetchBy, Missing } from '../../scripts/parts.ts';
import { needsMounts } from './confined.ts';

/** A bare Debian in a folder: the copy is an own one, and has /proc while it is in use. */
export type BareSystem = AsyncDisposable & { readonly path: string };

const packed = '/var/cache/millrace-tests/bookworm.tar';

/** Makes a bare Debian below a folder. Throws Missing without root, mounts, debootstrap or packages. */
export async function bareSystem(folder: string): Promise<BareSystem> {
  await needsMounts(folder);
  const path = join(folder, 'debian');
  await mkdir(path);
  await call('tar', ['-xf', await basePacked(folder), '-C', path]);
  await call('mount', ['-t', 'proc', 'proc', join(path, 'proc')]);
  return {
    path,
    [Symbol.asyncDispose]: async () => void (await call('umount', [join(path, 'proc')])),
  };
}

/** The archive of a bare Debian, made once on a machine. */
export async function basePacked(folder: string): Promise<string> {
  if (process.getuid?.() !== 0) throw new Missing('it needs root');
  if (existsSync(packed)) return packed;
  const fresh = join(folder, 'fresh');
  await fetchBy('debootstrap', ['--variant=minbase', 'bookworm', fresh]);
  await mkdir('/var/cache/millrace-tests', { recursive: true });
  await call('tar', ['-cf', `${packed}.new`, '-C', fresh, '.']);
  await call('mv', [`${packed}.new`, packed]);
  await call('rm', ['-rf', '--one-file-system', fresh]);
  return packed;
}
