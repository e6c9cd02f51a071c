import { type Detector, type Finding, finding } from '../finding.ts';
import type { Thresholds } from '../thresholds.ts';

/** Free bytes on the volume of the data folder, and the bytes reserved for finishing accepted events. */
export type Space = { freeBytes: number; reserveBytes: number };

/** Reports a disk that fills up, and a size limit that is reached. */
export function storageDetector(options: {
  space(): Space;
  /** Whether intake is refused because the size limit is reached. */
  isFull(): boolean;
  limits: Thresholds;
}): Detector {
  const { space, isFull, limits } = options;
  return {
    at: 'storage',
    everyMs: limits.checkEveryMs,
    kinds: ['storage'],
    over: 'There is room again.',
    find() {
      const { freeBytes, reserveBytes } = space();
      const { warnTimes, criticalTimes } = limits.storage;
      const found: Finding[] = [];
      if (freeBytes < reserveBytes * warnTimes)
        found.push(diskFinding(freeBytes, reserveBytes, freeBytes < reserveBytes * criticalTimes));
      if (isFull()) found.push(limitFinding);
      return found;
    },
  };
}

function diskFinding(freeBytes: number, reserveBytes: number, isFull: boolean): Finding {
  return finding({
    fingerprint: 'storage disk',
    kind: 'storage',
    severity: isFull ? 'critical' : 'warning',
    title: isFull ? 'The disk is full' : 'The disk is filling',
    detail: isFull
      ? `Less than ${mebibytes(reserveBytes)} are free: new events are refused with 503, so that accepted events can be finished.`
      : `About ${mebibytes(freeBytes)} are free. Below ${mebibytes(reserveBytes)} new events are refused.`,
    likelyFix: 'Free space on the volume of the data folder, enlarge it, or keep events for fewer days.',
    cause: { code: 'disk_filling', values: { freeBytes, reserveBytes } },
  });
}

const limitFinding = finding({
  fingerprint: 'storage limit',
  kind: 'storage',
  severity: 'critical',
  title: 'The size limit is reached',
  detail: 'Only unfinished events are left, so new events are refused with 503.',
  likelyFix: 'Send or cancel held deliveries, or raise the size limit under Retention.',
  cause: { code: 'storage_limit', values: {} },
});

/** Rounded, so that small changes of free space are not written as news. */
function mebibytes(bytes: number): string {
  const mebi = bytes / (1024 * 1024);
  return mebi < 100 ? `${Math.round(mebi / 10) * 10} MiB` : `${Math.round(mebi / 100) * 100} MiB`;
}
