import { statfsSync } from 'node:fs';

const mebibyte = 1024 * 1024;

/** Bytes that can still be written on the volume of a folder. */
export function freeBytesOf(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

/** The space of a volume that is reserved for finishing accepted work: 5 %, at least 16 and at most 256 MiB. */
export function reserveBytesOf(dir: string): number {
  const { blocks, bsize } = statfsSync(dir);
  return Math.min(256 * mebibyte, Math.max(16 * mebibyte, 0.05 * blocks * bsize));
}

export type SpaceLimits = {
  /** Free bytes of the volume, read at most every `spaceCheckMs` (500). */
  freeBytes?: () => number;
  spaceCheckMs?: number;
  /** Default 5% of the volume, 16–256 MiB. */
  reserveBytes?: number;
};

/** Whether the free space of a folder's volume is below the reserve. */
export function spaceWatch(dir: string, limits: SpaceLimits): () => boolean {
  const { freeBytes = () => freeBytesOf(dir), spaceCheckMs = 500, reserveBytes = reserveBytesOf(dir) } = limits;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isLow = false;
  return () => {
    const now = performance.now();
    if (now - askedAt >= spaceCheckMs) {
      askedAt = now;
      isLow = freeBytes() < reserveBytes;
    }
    return isLow;
  };
}
