import type { Finding, Look } from '../finding.ts';
import type { Thresholds } from '../thresholds.ts';

/** Free bytes where the data is, and how many of them are kept for finishing what was accepted. */
export type Space = { freeBytes: number; reserveBytes: number };

/** The disk that fills, and the size limit that is reached. */
export function storageLook(options: {
  space(): Space /** Whether intake is refused because the size limit is reached. */;
  isFull(): boolean;
  limits: Thresholds;
}): Look {
  const { space, isFull, limits } = options;
  return {
    at: 'storage',
    everyMs: limits.lookEveryMs,
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

const about = {
  kind: 'storage',
  connectionId: null,
  destinationId: null,
  actionId: null,
  errorKind: null,
} as const;

function diskFinding(freeBytes: number, reserveBytes: number, isFull: boolean): Finding {
  return {
    ...about,
    fingerprint: 'storage disk',
    severity: isFull ? 'critical' : 'warning',
    title: isFull ? 'The disk is full' : 'The disk is filling',
    detail: isFull
      ? `Less than ${mebibytes(reserveBytes)} are free: new events are refused with 503, so that what was accepted can be finished.`
      : `About ${mebibytes(freeBytes)} are free. Below ${mebibytes(reserveBytes)} new events are refused.`,
    likelyFix: 'Free space on the volume of the data folder, make it larger, or keep events for fewer days.',
  };
}

const limitFinding: Finding = {
  ...about,
  fingerprint: 'storage limit',
  severity: 'critical',
  title: 'The size limit is reached',
  detail: 'Only what is not finished is left, so that new events are refused with 503.',
  likelyFix: 'Have what is held sent or cancelled, or raise the size limit under Retention.',
};

/** In steps, so that it is not news each time. */
function mebibytes(bytes: number): string {
  const mebi = bytes / (1024 * 1024);
  return mebi < 100 ? `${Math.round(mebi / 10) * 10} MiB` : `${Math.round(mebi / 100) * 100} MiB`;
}
