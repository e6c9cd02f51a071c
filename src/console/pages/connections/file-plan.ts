import type { CallInput } from '../../../client/client.ts';
import { client } from '../../session/session.ts';
import { type FileItem, type FileKind, fileKinds, keepingSecrets } from './manifest.ts';

/** What applying one thing of a file would do. */
export type PlannedItem = {
  item: FileItem;
  change: 'create' | 'replace' | 'same';
  /** What is stored under this name, without what the server adds. */
  stored: Record<string, unknown> | null;
  body: Record<string, unknown>;
};

const lists = {
  connection: 'listConnections',
  destination: 'listAllDestinations',
  behavior: 'listBehaviors',
  action: 'listActions',
  collector: 'listCollectors',
} as const;

const applies = {
  connection: 'applyConnection',
  destination: 'applyDestination',
  behavior: 'applyBehavior',
  action: 'applyAction',
  collector: 'applyCollector',
} as const;

const notWritten = new Set([
  'id',
  'version',
  'createdAt',
  'updatedAt',
  'updatedBy',
  'health',
  'warnings',
  'key',
  'usedBy',
  'standard',
]);

/** Compares the things of a file with what is stored under their names. Changes nothing. */
export async function planOf(items: readonly FileItem[]): Promise<PlannedItem[]> {
  const needed = new Set<FileKind>(items.map(({ kind }) => kind));
  if (needed.has('destination')) needed.add('connection');
  const stored = new Map<string, Record<string, unknown>>();
  const connectionNames = new Map<unknown, unknown>();
  for (const kind of fileKinds.filter((one) => needed.has(one)))
    for await (const one of client().list(lists[kind])) {
      const document: Record<string, unknown> = one;
      if (kind === 'connection') connectionNames.set(document['id'], document['name']);
      stored.set(keyOf(kind, document['name'], connectionNames.get(document['connectionId'])), document);
    }
  return items.map((item) =>
    planned(item, stored.get(keyOf(item.kind, item.name, item.connection ?? undefined)) ?? null),
  );
}

/** Creates or replaces one. */
export async function applyItem({ item, body }: PlannedItem): Promise<void> {
  const name = item.connection === null ? item.name : `${item.connection}/${item.name}`;
  const input: CallInput<'applyConnection'> = { params: { name }, body };
  await client().call(applies[item.kind] as 'applyConnection', input); // the routes of all kinds take the same
}

function planned(item: FileItem, stored: Record<string, unknown> | null): PlannedItem {
  const body = keepingSecrets(item.body, stored) as Record<string, unknown>; // an object stays one
  if (stored === null) return { item, change: 'create', stored: null, body };
  const written = Object.fromEntries(Object.entries(stored).filter(([name]) => !notWritten.has(name)));
  if (item.connection !== null) {
    written['connection'] = item.connection;
    delete written['connectionId'];
  }
  const isSame =
    ordered(written) === ordered(Object.fromEntries(Object.entries(body).filter(([name]) => !notWritten.has(name))));
  return { item, change: isSame ? 'same' : 'replace', stored: written, body };
}

const keyOf = (kind: FileKind, name: unknown, parent: unknown) =>
  JSON.stringify([kind, String(name).toLowerCase(), parent === undefined ? null : String(parent).toLowerCase()]);

/** JSON in which the order of members does not matter. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_name, one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
