import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { marks } from '../marks.ts';
import { temporaryFolder } from '../product.ts';
import { type Rig, sendThrough, startRig } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

const usualEvents = 20_000;

/** Bytes on disk of an event of 1 KB that was delivered once, after a stop. Every event has different words. */
export const disk: Scenario = {
  name: 'disk',
  title: 'Bytes on disk per delivered event of 1 KB, bodies kept',
  async run(options) {
    const events = options.size ?? usualEvents;
    const found = await rounds(options, async () => ({
      words: await bytesPerEvent(events, 'words'),
      noise: await bytesPerEvent(events, 'noise'),
    }));
    return [
      { name: 'per event', unit: 'bytes', values: found.words, landing: atMost(4_096), goal: atMost(2_560) },
      { name: 'per event whose text is noise', unit: 'bytes', values: found.noise, landing: atMost(4_096) },
    ];
  },
};

async function bytesPerEvent(events: number, fresh: 'words' | 'noise'): Promise<number> {
  await using folder = await temporaryFolder();
  {
    await using rig = await startRig({ folder: folder.path });
    await sendThrough(rig, { events, batch: 50, connections: 8, window: 2_000, fresh });
    await checkBody(rig);
  }
  return (await folderBytes(folder.path)) / events;
}

async function checkBody({ product: { client } }: Rig): Promise<void> {
  const { data } = await client.call('listDeliveries', { query: { limit: 1 } });
  const [newest] = data;
  if (newest === undefined) throw new Error('LOST: there is no delivery');
  const { attemptLog } = await client.call('getDelivery', { params: { id: newest.id } });
  const body = attemptLog?.[0]?.request?.body;
  if (!body?.includes(marks.number.key)) throw new Error("LOST: the body of a delivery can't be read");
}

async function folderBytes(path: string): Promise<number> {
  const names = await readdir(path);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
