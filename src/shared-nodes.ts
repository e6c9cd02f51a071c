import { hostname } from 'node:os';
import { type Nodes, nodesMax } from './contract/records/node.ts';
import type { Roster } from './journal/journal.ts';
import type { Notes } from './notes/notes.ts';
import type { Storage } from './storage/storage.ts';

/** What a node says of itself to the others: a note under its name. */
type About = { version: string; startedAt: string };

const prefix = 'node/';

type Parts = {
  /** Of this node; null: this process is alone. */
  node: string | null;
  version: string;
  startedAt: Date;
  notes: Notes;
  storage: Pick<Storage, 'about'>;
  pipeline: { roster(): Roster | null; partitionCount: number };
};

/** Tells the others what runs here, until it is disposed, and shows all of them. */
export async function sharedNodes(parts: Parts): Promise<{ show(): Promise<Nodes> } & AsyncDisposable> {
  const { node, version, notes, pipeline, storage } = parts;
  const own: About = { version, startedAt: parts.startedAt.toISOString() };
  if (node !== null) {
    const alive = new Set(pipeline.roster()?.nodes.map(({ name }) => prefix + name));
    const left = (await notes.list(prefix)).filter(({ name }) => !alive.has(name));
    await notes.save(...left.map(({ name }) => ({ name, text: null })), {
      name: prefix + node,
      text: JSON.stringify(own),
    });
  }

  async function show(): Promise<Nodes> {
    const database = await storage.about();
    const roster = pipeline.roster();
    if (roster === null) {
      const alone = { name: hostname(), isThis: true, state: 'active', partitions: 1, ...own } as const;
      return { nodes: [alone], partitions: 1, database };
    }
    const about = new Map(
      (await notes.list(prefix)).map(({ name, text }): [string, About] => [
        name.slice(prefix.length),
        JSON.parse(text),
      ]),
    );
    const nodes = roster.nodes.slice(0, nodesMax).map(({ name, isLeaving }) => {
      const partitions = roster.partitions.filter(({ owner }) => owner === name).length;
      const state = isLeaving ? 'leaving' : partitions === 0 ? 'standby' : 'active';
      const { version: runs = '', startedAt = null } = about.get(name) ?? {};
      return { name, isThis: name === node, state, partitions, version: runs, startedAt } as const;
    });
    return { nodes, partitions: pipeline.partitionCount, database };
  }

  return {
    show,
    async [Symbol.asyncDispose]() {
      if (node !== null) await notes.save({ name: prefix + node, text: null }).catch(() => {});
    },
  };
}
