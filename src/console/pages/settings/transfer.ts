import { settings } from '../../messages/en/settings.ts';
import { toYaml, withoutSecrets } from '../../parts/shown-as.ts';

const words = settings.transfer;

/** The kinds in the order in which they can be made: what is referred to comes first. */
export const kinds = ['connections', 'destinations', 'behaviors', 'collectors', 'actions', 'alerts'] as const;
export type Kind = (typeof kinds)[number];

export type Fields = Readonly<Record<string, unknown>>;

/** All documents of a server as GET gives them. */
export type Documents = Readonly<Record<Kind, readonly Fields[]>>;

/** One thing of a file, and what importing it would do. `name` is that of the route by name. */
export type Planned = {
  kind: Kind;
  name: string;
  change: 'created' | 'changed' | 'same';
  fields: string[];
  body: Fields;
  needsSecrets: boolean;
};

const notWritten = new Set([
  'id',
  'version',
  'createdAt',
  'updatedAt',
  'updatedBy',
  'health',
  'warnings',
  'key',
  'standard',
]);

/** Everything as a file for `millrace apply`: things are named instead of numbered, and secrets are left out. */
export function exported(documents: Documents): string {
  return kinds
    .map((kind) => ({ kind, things: thingsOf(kind, documents) }))
    .filter(({ things }) => things.length > 0)
    .map(({ kind, things }) => `${kind}:${toYaml(things, 1)}\n`)
    .join('\n');
}

/** What importing the parsed documents of a file would do; throws in words when it is not such a file. */
export function planOf(parsed: readonly unknown[], documents: Documents): Planned[] {
  const found = parsed.flatMap((one) => (one === null || one === undefined ? [] : itemsIn(one)));
  return found
    .map(({ kind, fields }): Planned => {
      const name = placeOf(kind, fields);
      const stored = thingsOf(kind, documents).find((one) => fold(placeOf(kind, one)) === fold(name));
      const different =
        stored === undefined ? [] : Object.keys(fields).filter((key) => !agrees(fields[key], stored[key]));
      return {
        kind,
        name,
        change: stored === undefined ? 'created' : different.length > 0 ? 'changed' : 'same',
        fields: different,
        body: fields,
        needsSecrets:
          stored === undefined &&
          ((kind === 'connections' && JSON.stringify(fields['auth'] ?? '').includes('null')) ||
            (kind === 'alerts' && /"(hookUrl|password)":null/.test(JSON.stringify(fields['settings'] ?? '')))),
      };
    })
    .toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

function itemsIn(document: unknown): { kind: Kind; fields: Fields }[] {
  if (!isObject(document)) throw new Error(words.noKind(String(document).slice(0, 40)));
  return Object.entries(document).flatMap(([given, list]) => {
    const kind = kinds.find((one) => one === given);
    if (kind === undefined || !Array.isArray(list)) throw new Error(words.noKind(given));
    return list.map((fields: unknown) => {
      if (!isObject(fields) || typeof fields['name'] !== 'string') throw new Error(words.noName(kind));
      if (kind === 'destinations' && typeof fields['connection'] !== 'string')
        throw new Error(words.noConnection(fields['name']));
      return { kind, fields };
    });
  });
}

/** The things of a kind as a file has them. */
function thingsOf(kind: Kind, documents: Documents): Fields[] {
  const nameOf = (of: Kind, id: unknown) => String(documents[of].find((one) => one['id'] === id)?.['name'] ?? id);
  const destinationName = (id: unknown) => {
    const destination = documents.destinations.find((one) => one['id'] === id);
    return destination === undefined
      ? String(id)
      : `${nameOf('connections', destination['connectionId'])}/${destination['name']}`;
  };
  function named(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(named);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key === 'connectionId') return ['connection', nameOf('connections', inner)];
        if (key === 'destinationId') return ['destination', destinationName(inner)];
        if (key === 'connectionIds' && Array.isArray(inner)) return [key, inner.map((id) => nameOf('connections', id))];
        if (key === 'actionIds' && Array.isArray(inner)) return [key, inner.map((id) => nameOf('actions', id))];
        if (key === 'behavior' && typeof inner === 'string') return [key, nameOf('behaviors', inner)];
        return [key, named(inner)];
      }),
    );
  }
  return documents[kind]
    .filter((one) => one['standard'] !== true)
    .map((whole) => {
      const written = Object.fromEntries(Object.entries(whole).filter(([key]) => !notWritten.has(key)));
      return withoutSecrets(named(written)) as Fields; // an object stays one
    });
}

function placeOf(kind: Kind, fields: Fields): string {
  return kind === 'destinations' ? `${fields['connection']}/${fields['name']}` : String(fields['name']);
}

/** Whether what the file says is so already; what it does not speak of is no difference worth a line. */
function agrees(given: unknown, stored: unknown): boolean {
  if (Array.isArray(given))
    return Array.isArray(stored) && given.length === stored.length && given.every((one, i) => agrees(one, stored[i]));
  if (!isObject(given)) return given === stored;
  return isObject(stored) && Object.keys(given).every((key) => agrees(given[key], stored[key]));
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
