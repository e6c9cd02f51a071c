import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type RigOptions, startRig, wire } from '../../test/support/rig.ts';
import { idSource } from '../contract/ids.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import type { TakeNotice } from './issue-notices.ts';
import { thresholds } from './thresholds.ts';
import { startWatch, type WatchOptions } from './watch.ts';

/** A watched pipeline with one connection, on storage in memory and a fake clock. */
export async function startWatched(
  options: RigOptions & { given?: Parameters<typeof wire>[1]; watch?: Partial<WatchOptions> } = {},
) {
  const rig = await startRig(options);
  const { clock } = rig;
  const wired = await wire(rig, options.given);
  const store = rig.issues;
  const notices: IssueNotice[] = [];
  let listener: TakeNotice = () => {};
  async function start() {
    const started = await startWatch({
      pipeline: rig.pipeline,
      statistics: rig.journal.log.statistics,
      space: () => ({ freeBytes: 1e12, reserveBytes: 1e8 }),
      issues: store,
      audit: rig.audit,
      clock,
      newId: idSource(clock.now, randomBytes),
      telemetry: { ...silentTelemetry(), failed: (error) => rig.failures.push(error) },
      keptDays: () => 30,
      ...options.watch,
    });
    started.registry.sendNotices(async (notice) => {
      notices.push(notice);
      await listener(notice);
    });
    return started;
  }
  let watch = await start();
  return {
    ...wired,
    rig,
    clock,
    store,
    notices,
    limits: options.watch?.limits ?? thresholds,
    get registry() {
      return watch.registry;
    },
    /** All issues, oldest first: state and title. */
    issues: () => Array.from(watch.registry.all(), ({ state, title }) => `${state}: ${title}`),
    /** Hears each notice, and can refuse or delay it. */
    listen(next: TakeNotice) {
      listener = next;
    },
    /** The notices since the last call. */
    told: () => notices.splice(0).map(({ change, title }) => `${change}: ${title}`),
    /** Sends events a second apart. */
    async send(times: number) {
      for (let i = 0; i < times; i++) {
        await rig.send({ data: { n: String(i) } });
        await clock.advance(1_000);
      }
    },
    /** Ends the watch as a crash would, and starts it again on the stored issues. */
    async restart() {
      watch = await start();
    },
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
      assert.deepEqual(rig.failures, []);
    },
  };
}

export type Watched = Awaited<ReturnType<typeof startWatched>>;
