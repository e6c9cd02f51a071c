import type { AllowList } from './alerts/check-alert.ts';
import type { NotifierTiming } from './alerts/notifier.ts';
import { sharedAlerts } from './alerts/shared-alerts.ts';
import type { Audit } from './audit/audit.ts';
import type { Config } from './config/settings.ts';
import type { Core } from './core.ts';
import { freeBytesOf, reserveBytesOf } from './disk/disk-space.ts';
import type { Egress } from './egress/egress.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import { type OperatorRetention, retentionOf } from './pipeline/snapshot/effective-settings.ts';
import type { Storage, StorageOptions } from './storage/storage.ts';
import { type Thresholds, thresholds } from './watch/thresholds.ts';
import { startWatch } from './watch/watch.ts';

/** Starts the watch for problems and the alerts. Alerts end after the watch, so that they can take its last notices. */
export async function startWatching(
  parts: Pick<Core, 'clock' | 'newId' | 'telemetry' | 'scrub'> &
    AllowList & {
      config: Config;
      storage: Storage;
      pipeline: Pipeline;
      audit: Audit;
      egress: Egress;
      retention: OperatorRetention;
    },
  options: Pick<StorageOptions, 'freeBytes'> & {
    baseUrl(): string | null;
    /** How often what other nodes store is read; left out: there are none. */
    followMs?: number | undefined;
    /** The thresholds from which on a problem is an issue. */
    issueLimits?: Thresholds | undefined;
    notifierTiming?: NotifierTiming | undefined;
  },
  opened: AsyncDisposableStack,
) {
  const { config, storage, pipeline, retention } = parts;
  const afterWatch = opened.use(new AsyncDisposableStack());
  const watch = opened.use(
    await startWatch({
      ...parts,
      statistics: storage.journal.log.statistics,
      space: spaceOf(config, options.freeBytes),
      issues: storage.issues,
      keptDays: () => retentionOf(pipeline.configuration.snapshot, retention).days,
      limits: options.issueLimits ?? thresholds,
      followMs: options.followMs,
    }),
  );
  const alerts = sharedAlerts({
    ...parts,
    notes: storage.notes,
    configuration: pipeline.configuration,
    baseUrl: options.baseUrl,
    isOpen: watch.registry.isOpen,
    mayAct: pipeline.mayAct,
    sendNotices: watch.registry.sendNotices,
    ...(options.notifierTiming === undefined ? {} : { timing: options.notifierTiming }),
  });
  afterWatch.use(await pipeline.addJob(alerts.begin));
  pipeline.eraser.watch(watch.registry.erase);
  pipeline.eraser.watch(alerts.erase);
  return { alerts, watch };
}

/** Free space of the data folder, and its reserve. With PostgreSQL nothing is kept there. */
function spaceOf({ dataDir, databaseUrl, diskReserveBytes }: Config, freeBytes = () => freeBytesOf(dataDir)) {
  if (databaseUrl !== null) return () => ({ freeBytes: Number.POSITIVE_INFINITY, reserveBytes: 0 });
  const reserveBytes = diskReserveBytes ?? reserveBytesOf(dataDir);
  return () => ({ freeBytes: freeBytes(), reserveBytes });
}
