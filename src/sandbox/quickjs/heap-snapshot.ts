import type { Realm } from './context.ts';
import type { Engine } from './engine.ts';

const PAGE = 4096;
const PROBE_BYTES = 5 * 1024 * 1024;
/** An upper bound for the end of the static data. */
const STATIC_BYTES = 128 * 1024;
/** The part of the engine's stack, just below its heap, that ordinary scripts use. */
const STACK_WINDOW = 64 * 1024;
const ZEROS = Buffer.alloc(64 * 1024);

type Run = { at: number; bytes: Uint8Array };

/** An opened realm as bytes and addresses, valid in every new instance of the same build. */
export type Layout = { realm: Realm; base: BaseImage };

/** The memory of an idle engine, from which every realm starts: static data, the top of the stack, the heap. */
export type BaseImage = {
  runs: Run[];
  /** Address of the word with the heap's end: the engine has not touched anything above it yet. */
  heapEndAt: number;
  heapEnd: number;
};

/**
 * A complete realm with a prepared program: copies of the pages that differ from the base, and views of the base's
 * pages.
 */
export type Snapshot = { runs: Run[]; copiedBytes: number };

/**
 * Copies an idle engine. `heapStart` is any address among the first of its heap. Returns null when the memory layout
 * of this build is not as expected: then nothing may be restored.
 */
export function takeBase(engine: Engine, heapStart: number): BaseImage | null {
  const { bytes } = engine;
  const low = Math.floor((heapStart - STACK_WINDOW) / PAGE) * PAGE;
  const touched = touchedEnd(bytes);
  const data = Buffer.from(bytes.subarray(0, STATIC_BYTES));
  const heap = Buffer.from(bytes.subarray(low, touched));
  const heapEndAt = findHeapEnd(engine, data, touched);
  if (heapEndAt === 0) return null;
  const heapEnd = data.readUInt32LE(heapEndAt);
  const dataEnd = (Math.floor(data.findLastIndex((byte) => byte !== 0) / PAGE) + 1) * PAGE;
  const window = Buffer.alloc(heapEnd - low);
  heap.copy(window);
  const runs = [copyRun(data, 0, dataEnd), { at: low, bytes: window }];
  return { runs, heapEndAt, heapEnd };
}

/** Copies the pages that differ from the base. */
export function takeSnapshot(engine: Engine, base: BaseImage): Snapshot {
  const runs: Run[] = [];
  let copiedBytes = 0;
  const copy = (at: number, end: number) => {
    runs.push(copyRun(engine.bytes, at, end));
    copiedBytes += end - at;
  };
  for (const { at, bytes } of base.runs) {
    const isSame = (from: number, end: number) => engine.bytes.compare(bytes, from, end, at + from, at + end) === 0;
    for (let from = 0; from < bytes.length; ) {
      const wasSame = isSame(from, Math.min(from + PAGE, bytes.length));
      let to = Math.min(from + PAGE, bytes.length);
      while (to < bytes.length && isSame(to, Math.min(to + PAGE, bytes.length)) === wasSame)
        to = Math.min(to + PAGE, bytes.length);
      if (wasSame) runs.push({ at: at + from, bytes: bytes.subarray(from, to) });
      else copy(at + from, at + to);
      from = to;
    }
  }
  const heapEnd = readHeapEnd(engine, base);
  if (heapEnd > base.heapEnd) copy(base.heapEnd, heapEnd);
  return { runs, copiedBytes };
}

/** Restores the memory to the snapshot, on this instance of the engine or on a new one. */
export function restore(engine: Engine, base: BaseImage, { runs }: { runs: Run[] }): void {
  const heapEnd = readHeapEnd(engine, base);
  if (heapEnd > base.heapEnd) engine.bytes.fill(0, base.heapEnd, heapEnd);
  for (const run of runs) engine.bytes.set(run.bytes, run.at);
}

/** Whether the memory outside the base's runs is untouched, the deeper stack included; used by the self-test. */
export function isCleanElsewhere(engine: Engine, base: BaseImage): boolean {
  let from = 0;
  for (const run of base.runs) {
    if (!isZero(engine.bytes.subarray(from, run.at))) return false;
    from = run.at + run.bytes.length;
  }
  return isZero(engine.bytes.subarray(Math.max(from, readHeapEnd(engine, base))));
}

function copyRun(memory: Buffer, at: number, end: number): Run {
  return { at, bytes: Buffer.from(memory.subarray(at, end)) };
}

/** The end of the memory that the engine has touched, as an address. */
function readHeapEnd(engine: Engine, base: BaseImage): number {
  return Math.min(engine.words[base.heapEndAt >>> 2] ?? 0, engine.bytes.length);
}

/**
 * Allocates memory until the heap must grow, and finds the word of the static data that changed with it: it was not
 * below the touched memory before, and is above the new block after. 0: none, or ambiguous.
 */
function findHeapEnd(engine: Engine, data: Buffer, touched: number): number {
  const end = engine.malloc(PROBE_BYTES) + PROBE_BYTES;
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const was = data.readUInt32LE(at);
    const is = engine.words[at >>> 2] ?? 0;
    if (is === was || was <= touched - ZEROS.length || is <= end || is > engine.bytes.length) continue;
    if (found !== 0) return 0;
    found = at;
  }
  return found;
}

/** The end of the non-zero bytes, rounded up to a multiple of 64 KiB. */
function touchedEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && isZero(bytes.subarray(end - ZEROS.length, end))) end -= ZEROS.length;
  return end;
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const end = Math.min(at + ZEROS.length, bytes.length);
    if (bytes.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}
