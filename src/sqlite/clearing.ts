import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { checkpoint } from './checkpoint.ts';
import { clearUnused, layoutOf, type Pages } from './unused-bytes.ts';

/** Where the next step begins; 'end': nothing unused is left; 'blocked': a reader needs the log. */
export type Cleared = number | 'end' | 'blocked';

/**
 * Overwrites what no row uses in a database file, in steps between the transactions of its only writer, whose connection
 * this is: while the log is empty, SQLite writes nothing into the file. Bytes that no row uses have no meaning for SQLite,
 * so that readers are not affected, and a step that a power cut interrupts leaves a valid file.
 *
 * Unused bytes can move while later steps run: SQLite exchanges the numbers of pages, and moves pages from the end of the
 * file. The log has all pages that this writes, and the next step goes over them again.
 *
 * @param pagesAtOnce that a step goes over (2 MiB), and an eighth of those that it goes over again at most
 */
export function clearing(database: DatabaseSync, pagesAtOnce = 512) {
  const file = database.location();
  let descriptor: number | undefined;
  /** Identifies the log that follows the last step; null: unknown. */
  let nextLog: number | null = null;

  return {
    /**
     * Goes over the next pages from `from` on, at first 0. Called outside of a transaction, after one with a change.
     * Throws the error of the file system.
     */
    step(from: number): Cleared {
      if (file === null) return 'end';
      const log = readLog(`${file}-wal`, 8 * pagesAtOnce);
      if (checkpoint(database, 'TRUNCATE') === null) return 'blocked';
      // When the log began again since the last step, it is unknown which pages were in it before.
      const again = from === 0 ? [] : log?.id === nextLog ? log?.pages : null;
      nextLog = null;
      if (again === null || again === undefined) return 0;
      // Closing a file drops all locks that the process has on it: this stays open until the thread ends.
      descriptor ??= openSync(file, 'r+');
      const pages = pagesOf(descriptor);
      const to = Math.min(from + pagesAtOnce, pages.count);
      // The writer would write cached pages with their unused bytes again.
      if (to === pages.count) database.exec('PRAGMA shrink_memory');
      const layout = layoutOf(pages);
      for (let page = from + 1; page <= to; page++) clearUnused(pages, page, layout);
      for (const page of again) if (page <= pages.count) clearUnused(pages, page, layout);
      pages.write();
      if (log !== null) nextLog = (log.id + 1) % 2 ** 32;
      return to === pages.count ? 'end' : to;
    },
  };
}

type Log = {
  /** Its first salt, which grows by one when the log begins again. */
  id: number;
  /** The pages in it; null: they are many. */
  pages: Set<number> | null;
};

/** Null: the log is empty. */
function readLog(file: string, pagesMax: number): Log | null {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = fstatSync(descriptor).size;
    if (bytes < 32) return null;
    const header = readAt(descriptor, 0, 32);
    const pages = new Set<number>();
    const frameBytes = 24 + header.readUInt32BE(8);
    for (let at = 32; at + frameBytes <= bytes; at += frameBytes) {
      const frame = readAt(descriptor, at, 16);
      if (frame.compare(header, 16, 24, 8, 16) !== 0) break;
      pages.add(frame.readUInt32BE(0));
      if (pages.size > pagesMax) return { id: header.readUInt32BE(16), pages: null };
    }
    return { id: header.readUInt32BE(16), pages };
  } finally {
    closeSync(descriptor);
  }
}

/** Pages of a file, each read once; `write` writes those of which something was cleared, and waits for the disk. */
function pagesOf(descriptor: number): Pages & { count: number; write(): void } {
  const header = readAt(descriptor, 0, 100);
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const zeros = Buffer.alloc(pageBytes);
  const known = new Map<number, Buffer>();
  const changed = new Set<number>();
  const read = (page: number) => {
    let bytes = known.get(page);
    if (bytes === undefined) {
      bytes = readAt(descriptor, (page - 1) * pageBytes, pageBytes);
      known.set(page, bytes);
    }
    return bytes;
  };
  return {
    count: Math.floor(fstatSync(descriptor).size / pageBytes),
    read,
    readNumber: (page) => (known.get(page) ?? readAt(descriptor, (page - 1) * pageBytes, 4)).readUInt32BE(0),
    clear(page, from, to) {
      if (from >= to || zeros.compare(read(page), from, to, 0, to - from) === 0) return;
      read(page).fill(0, from, to);
      changed.add(page);
    },
    write() {
      for (const page of changed) writeSync(descriptor, read(page), 0, pageBytes, (page - 1) * pageBytes);
      if (changed.size > 0) fdatasyncSync(descriptor);
    },
  };
}

function readAt(descriptor: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  const count = readSync(descriptor, buffer, 0, bytes, position);
  if (count < bytes) throw new Error(`The database ends at byte ${position + count}.`);
  return buffer;
}
