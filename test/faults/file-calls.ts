import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';

/** One call that changes or syncs files; `to` only of a rename. */
export type FileCall = { name: 'remove' | 'rename' | 'copy' | 'write' | 'mkdir' | 'sync'; path: string; to?: string };

/**
 * Records the calls of `node:fs` in this thread that change or sync files, until it is disposed; `before` runs before
 * each of them, when the files are as a power cut at that moment would leave them. The calls of SQLite are not
 * recorded.
 */
export function recordFileCalls(
  before: (call: FileCall) => void = () => {},
): Disposable & { readonly calls: FileCall[] } {
  const original = { ...fs };
  const calls: FileCall[] = [];
  const paths = new Map<number, string>();
  let isInside = false;
  // Node.js calls its own functions by the same names.
  const noted = <T>(call: FileCall, run: () => T): T => {
    if (isInside) return run();
    isInside = true;
    try {
      before(call);
      calls.push(call);
      return run();
    } finally {
      isInside = false;
    }
  };
  const path = (one: unknown) => resolve(String(one));
  const watched: Partial<typeof fs> = {
    rmSync: (one, ...rest) => noted({ name: 'remove', path: path(one) }, () => original.rmSync(one, ...rest)),
    renameSync: (from, to) =>
      noted({ name: 'rename', path: path(from), to: path(to) }, () => original.renameSync(from, to)),
    copyFileSync: (from, to, ...rest) =>
      noted({ name: 'copy', path: path(to) }, () => original.copyFileSync(from, to, ...rest)),
    writeFileSync: (to, ...rest) => noted({ name: 'write', path: path(to) }, () => original.writeFileSync(to, ...rest)),
    fsyncSync: (descriptor) =>
      noted({ name: 'sync', path: paths.get(descriptor) ?? '?' }, () => original.fsyncSync(descriptor)),
    openSync: (one, ...rest) => {
      const descriptor = original.openSync(one, ...rest);
      paths.set(descriptor, path(one));
      return descriptor;
    },
    mkdirSync: ((one: fs.PathLike, options: fs.MakeDirectoryOptions) =>
      noted({ name: 'mkdir', path: path(one) }, () => original.mkdirSync(one, options))) as typeof fs.mkdirSync, // has overloads
  };
  Object.assign(fs, watched);
  syncBuiltinESMExports();
  return {
    calls,
    [Symbol.dispose]() {
      for (const name of Object.keys(watched)) Object.assign(fs, { [name]: original[name as keyof typeof fs] }); // keys of `watched` are
      syncBuiltinESMExports();
    },
  };
}
