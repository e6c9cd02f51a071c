import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DiskStep } from './disk-calls.ts';

/**
 * The effect of a cut on changes that were not synced. `lost`: all are lost. `kept`: all were written in time.
 * `chance`: each write is kept, lost or torn between sectors; of the changes of names a prefix is kept (as in file
 * systems with a journal) or any subset.
 */
export type Fate = 'lost' | 'kept' | 'chance';

const sectorBytes = 512;

type Change =
  | { at: number; kind: 'write'; offset: number; bytes: Buffer }
  | { at: number; kind: 'truncate'; size: number };
type Inode = { isFolder: boolean; durable: Buffer; pending: Change[] };
/** A change of names in a folder: the inode gets the name `path` and loses the name `gone`. */
type NameChange = { at: number; inode: Inode; path: string | null; gone: string | null };

/** The files below `root` (which is durable): what is on disk, and which changes are only in memory. */
export function diskModel(root: string) {
  const durable = new Map<string, Inode>();
  const live = new Map<string, Inode>();
  let names: NameChange[] = [];
  let count = 0;

  const folderOf = ({ path, gone }: NameChange) => dirname(path ?? gone ?? '');

  function make(path: string, isFolder: boolean): Inode {
    const inode: Inode = { isFolder, durable: Buffer.alloc(0), pending: [] };
    names.push({ at: count, inode, path, gone: null });
    live.set(path, inode);
    return inode;
  }

  function sync(path: string, covers: number) {
    const inode = live.get(path);
    if (path === root || inode?.isFolder === true) {
      for (const one of names) if (folderOf(one) === path && one.at < covers) rename(durable, one);
      names = names.filter((one) => folderOf(one) !== path || one.at >= covers);
    } else if (inode !== undefined) {
      for (const change of inode.pending) if (change.at < covers) inode.durable = changed(inode.durable, change);
      inode.pending = inode.pending.filter(({ at }) => at >= covers);
    }
  }

  return {
    /** The number of steps taken. */
    get count() {
      return count;
    },
    /** Applies a step; `covers` of a sync counts from `first`, the count when its recording began. */
    take(step: DiskStep, first: number) {
      const inode = step.kind === 'answer' ? undefined : live.get(step.path);
      if (step.kind === 'open') {
        const opened = inode ?? make(step.path, false);
        if (step.isEmptied) opened.pending.push({ at: count, kind: 'truncate', size: 0 });
      } else if (step.kind === 'folder' && inode === undefined) make(step.path, true);
      else if (step.kind === 'write') inode?.pending.push({ at: count, ...step });
      else if (step.kind === 'truncate') inode?.pending.push({ at: count, ...step });
      else if (step.kind === 'sync') sync(step.path, first + step.covers);
      else if ((step.kind === 'rename' || step.kind === 'unlink') && inode !== undefined) {
        const naming: NameChange = { at: count, inode, path: step.kind === 'rename' ? step.to : null, gone: step.path };
        names.push(naming);
        rename(live, naming);
      }
      count += 1;
    },
    /** Adds a file, with its folder, that another program created and synced. */
    put(path: string, bytes: Buffer) {
      for (const [at, isFolder] of [[dirname(path), true] as const, [path, false] as const]) {
        const inode: Inode = { isFolder, durable: isFolder ? Buffer.alloc(0) : bytes, pending: [] };
        live.set(at, inode);
        durable.set(at, inode);
      }
    },
    /** The files below `dir` as running programs see them, by path; without shared memory. */
    seen(dir: string): Map<string, Buffer> {
      const files = [...live].filter(([path, { isFolder }]) => isBelow(dir, path) && !isFolder && !isShared(path));
      return new Map(files.map(([path, inode]) => [path, contentOf(inode, 'kept', Math.random)]));
    },
    /** Writes to `target` what a cut at this moment leaves of the folder `dir`. */
    leave(dir: string, target: string, fate: Fate, random: () => number): void {
      const left = new Map(durable);
      const earliest = names[0]?.at ?? 0;
      const end = earliest + (count - earliest) * random();
      const isOrdered = random() < 0.5;
      const isKept = (at: number) => fate === 'kept' || (fate === 'chance' && (isOrdered ? at < end : random() < 0.5));
      for (const naming of names) if (isKept(naming.at)) rename(left, naming);
      const isThere = (path: string): boolean => path === root || (left.has(path) && isThere(dirname(path)));
      for (const [path, inode] of left) {
        if (!isBelow(dir, path) || !isThere(path)) continue;
        const to = join(target, path.slice(dir.length + 1));
        if (inode.isFolder) mkdirSync(to, { recursive: true });
        else {
          mkdirSync(dirname(to), { recursive: true });
          writeFileSync(to, isShared(path) ? noise(random) : contentOf(inode, fate, random), { mode: 0o600 });
        }
      }
    },
  };
}

const isBelow = (dir: string, path: string) => path.startsWith(`${dir}/`);
const isShared = (path: string) => path.endsWith('-shm');

export type DiskModel = ReturnType<typeof diskModel>;

function rename(names: Map<string, Inode>, { inode, path, gone }: NameChange) {
  if (gone !== null && names.get(gone) === inode) names.delete(gone);
  if (path !== null) names.set(path, inode);
}

function contentOf({ durable, pending }: Inode, fate: Fate, random: () => number): Buffer {
  let content: Buffer = Buffer.from(durable);
  for (const change of pending) {
    const jitter = fate === 'kept' ? 0 : fate === 'lost' ? 1 : random();
    if (jitter < 0.4) content = changed(content, change);
    else if (jitter < 0.7 && change.kind === 'write') content = torn(content, change, random);
  }
  return content;
}

function changed(content: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    const cut = Buffer.alloc(change.size);
    content.copy(cut);
    return cut;
  }
  const end = change.offset + change.bytes.length;
  const longer = end > content.length ? Buffer.concat([content, Buffer.alloc(end - content.length)]) : content;
  change.bytes.copy(longer, change.offset);
  return longer;
}

/** Some sectors of a write; the file gets its full length, with zeros for missing sectors. */
function torn(
  content: Buffer,
  { at, offset, bytes }: Extract<Change, { kind: 'write' }>,
  random: () => number,
): Buffer {
  let left: Buffer = changed(content, { at, kind: 'write', offset, bytes: Buffer.alloc(0) });
  const end = offset + bytes.length;
  if (end > left.length) left = changed(left, { at, kind: 'truncate', size: end });
  for (let from = offset; from < end; ) {
    const to = Math.min(end, (Math.floor(from / sectorBytes) + 1) * sectorBytes);
    if (random() < 0.5) bytes.copy(left, from, from - offset, to - offset);
    from = to;
  }
  return left;
}

/** Shared memory of SQLite, which is never synced. */
function noise(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: 32_768 }, () => Math.floor(random() * 256)));
}
