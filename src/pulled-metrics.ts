import type { Clock } from './async/clock.ts';
import { sharedReading } from './async/shared-reading.ts';
import { connectionFigures } from './pipeline/insight/connection-metrics.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { SandboxStats } from './sandbox/sandbox.ts';
import type { Storage } from './storage/storage.ts';
import { type Metric, metricTable } from './telemetry/metric-table.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Watch } from './watch/watch.ts';

/** Registers the metrics that are read from the parts at each scrape. Those of the database are read by the node with its jobs. */
export function pullMetrics(parts: {
  telemetry: Telemetry;
  clock: Clock;
  storage: Storage;
  pipeline: Pipeline;
  watch: Watch;
  sandbox: { readonly stats: SandboxStats };
}) {
  const { storage, pipeline, watch, sandbox } = parts;
  const pull: Telemetry['pull'] = (name, read) => {
    const metric: Metric = metricTable[name];
    parts.telemetry.pull(name, metric.isShared ? () => (pipeline.doesJobs() ? read() : {}) : read);
  };
  pull('issuesOpen', () => watch.openCount());
  pull('storageCommits', () => storage.stats.commits);
  pull('storageOperations', () => storage.stats.operations);
  pull('storageQueueBytes', () => storage.stats.waitingBytes);
  const usage = sharedReading(parts.clock, storage.journal.housekeeping.usage, { freshMs: 1_000 });
  pull('storageBytes', async () => (await usage()).bytes);
  pull('deliveriesUnfinished', async () => (await usage()).unfinished);
  pull('deliveriesInMemory', () => pipeline.depth().inMemory);
  pull('deliveriesInFlight', () => pipeline.depth().inFlight);
  const figures = connectionFigures(pipeline);
  pull('connections', figures.states);
  pull('connectionHeld', figures.held);
  pull('connectionFailed', figures.failed);
  pull('connectionClosedSince', figures.closedSince);
  pull('connectionRequests', figures.requests);
  pull('connectionRequestLimit', figures.requestLimits);
  pull('connectionResponse', figures.responseSeconds);
  pull('connectionsLimited', figures.limited);
  pull('connectionEnds', figures.ends);
  pull('holdsClosed', () => pipeline.queueStatus.holds().size);
  pull('sandboxQueued', () => sandbox.stats.queued);
  pull('sandboxRenders', () => sandbox.stats.renders);
  pull('sandboxThrew', () => sandbox.stats.threw);
  pull('sandboxRestarts', () => sandbox.stats.restarts);
  pull('sandboxExceeded', () => ({
    time: sandbox.stats.exceededTime,
    memory: sandbox.stats.exceededMemory,
    output: sandbox.stats.exceededOutput,
  }));
}
