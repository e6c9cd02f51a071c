import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, fetchBy, Missing } from '../../scripts/parts.ts';
import { needsMounts } from './confined.ts';

/** A bare Debian in a folder: the copy is an own one, and has /proc while it is in use. */
export type BareSystem = AsyncDisposable & { readonly path: string };

/** Stays for the next time, in the folder for temporary files that the machine has. */
const packed = join(tmpdir(), 'millrace-debian-bookworm.tar');

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
  // Not one that another user has put there.
  if (existsSync(packed) && statSync(packed).uid === 0) return packed;
  const fresh = join(folder, 'fresh');
  await fetchBy('debootstrap', ['--variant=minbase', 'bookworm', fresh]);
  const archive = join(folder, 'fresh.tar');
  await call('tar', ['-cf', archive, '-C', fresh, '.']);
  await call('mv', ['--force', archive, packed]);
  await call('rm', ['-rf', '--one-file-system', fresh]);
  return packed;
}
