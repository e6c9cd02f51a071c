import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRecorder } from '../../test/faults/recorder.ts';
import { allDeliveries, untilFinished, wire } from '../../test/faults/wiring.ts';
import { adminClient, environment, spawnProcess } from '../../test/support/process.ts';

export type DiskFigures = {
  volumeMiB: number;
  eventsAcknowledged: number;
  /** 503 responses with `storage_full` and `Retry-After`. */
  refused: number;
  /** Time from freeing space to the first accepted event. */
  recoveredMs: number;
  /** Whether a start on the full volume succeeded; otherwise it ended with one line of error. */
  startedWhileFull: boolean;
  faults: string[];
};

const volumeMiB = 48;

/**
 * Fills a real volume (a tmpfs, which needs root) until writes fail with ENOSPC. The reserve is set to zero, so that
 * the server runs out of space. Then frees space and compares acknowledged events with deliveries.
 */
export async function fillTheDisk(): Promise<DiskFigures> {
  const faults: string[] = [];
  using volume = mountVolume();
  await using recorder = await startRecorder();
  const env = { ...environment(volume.path), MILLRACE_DISK_RESERVE_BYTES: '0', MILLRACE_LOG_LEVEL: 'fatal' };
  await using server = spawnProcess(env);
  let root = await server.listening;
  const { key } = await wire(adminClient(root), recorder.url);
  const ballast = join(volume.path, 'ballast');
  const leave = (bytes: number) => writeFileSync(ballast, Buffer.alloc(Math.max(0, volume.free() - bytes)));
  leave(12 * 2 ** 20);

  const ids: string[] = [];
  let refused = 0;
  let startedWhileFull = false;
  async function send(length: number): Promise<boolean> {
    const body = JSON.stringify({ events: [{ 'wt.ev': 'e', text: randomBytes(length).toString('hex') }] });
    const response = await fetch(`${root}/v3/${key}`, { method: 'POST', body });
    const answer = (await response.json()) as { ids?: string[]; code?: string }; // the response of intake
    if (response.status === 200) ids.push(...(answer.ids ?? []));
    else {
      refused += 1;
      if (response.status !== 503 || answer.code !== 'storage_full' || !response.headers.has('retry-after'))
        faults.push(`intake answered ${response.status} ${answer.code}`);
    }
    return response.status === 200;
  }

  for (let inARow = 0; inARow < 50; ) inARow = (await send(20_000)) ? 0 : inARow + 1;
  if ((await fetch(`${root}/livez`)).status !== 200) faults.push('not alive on a full disk');
  rmSync(ballast);
  const freedAt = performance.now();
  while (!(await send(100)) && performance.now() - freedAt < 30_000);
  const recoveredMs = Math.round(performance.now() - freedAt);
  for (let n = 0; n < 20; n++) if (!(await send(100))) faults.push('refused although there is space');

  // Again, and this time the server dies while there is no space. The writes of its start may still fit into existing
  // files; otherwise it must end with one line of error.
  leave(4 * 2 ** 20);
  while (await send(20_000));
  await server.end('SIGKILL');
  leave(0);
  {
    await using early = spawnProcess(env);
    await early.listening.catch(() => {});
    const { code } = await early.end();
    startedWhileFull = early.stdout().includes('"listening"');
    if (startedWhileFull && code !== 0) faults.push(`a stop without room ended with ${code}: ${early.stderr()}`);
    if (!startedWhileFull && (code === 0 || !/^millrace: [^\n]*(full|reached)[^\n]*\n$/.test(early.stderr())))
      faults.push(`a start without room ended with ${code}: ${early.stderr()}`);
  }
  rmSync(ballast);
  await using second = spawnProcess(env);
  root = await second.listening;
  const client = adminClient(root);
  await untilFinished(client);
  const delivered = new Map((await allDeliveries(client)).map((one) => [one.eventId, one]));
  for (const id of ids) {
    const one = delivered.get(id);
    if (one?.status !== 'delivered') faults.push(`acknowledged ${id} ended as ${one?.status}`);
    else if (recorder.byKey.get(one.id)?.bodies.size !== 1) faults.push(`${one.id} did not arrive with one body`);
  }
  const { code } = await second.end();
  if (code !== 0) faults.push(`exit code ${code}`);
  return { volumeMiB, eventsAcknowledged: ids.length, refused, recoveredMs, startedWhileFull, faults };
}

function mountVolume() {
  const path = mkdtempSync(join(tmpdir(), 'millrace-volume-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${volumeMiB}m`, 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmdirSync(path);
    throw new Error(`A small volume can not be mounted (this soak needs root): ${mounted.stderr}`);
  }
  return {
    path,
    free: () => statfsSync(path).bavail * statfsSync(path).bsize,
    [Symbol.dispose]() {
      spawnSync('umount', ['-l', path]);
      rmdirSync(path);
    },
  };
}
