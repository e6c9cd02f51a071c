import { parseAllDocuments } from 'yaml';

export const fileKinds = ['connection', 'destination', 'behavior', 'action', 'collector'] as const;
export type FileKind = (typeof fileKinds)[number];

/** One thing that a file describes. */
export type FileItem = { kind: FileKind; name: string; connection: string | null; body: Record<string, unknown> };

export type FileProblem =
  | { code: 'syntax'; detail: string }
  | { code: 'not_object' | 'empty' }
  | { code: 'kind' | 'name' | 'connection'; detail: string };

/**
 * Reads YAML or JSON as *Export* and `millrace apply` know it: things with a `kind`, lists of them, or an object of lists
 * by kind. In the order in which they can be made.
 */
export function itemsOf(text: string): { ok: true; items: FileItem[] } | { ok: false; problem: FileProblem } {
  const items: FileItem[] = [];
  const documents = parseAllDocuments(text);
  for (const document of Array.isArray(documents) ? documents : []) {
    const [broken] = document.errors;
    if (broken !== undefined)
      return { ok: false, problem: { code: 'syntax', detail: broken.message.split('\n')[0]?.replace(/:$/, '') ?? '' } };
    const problem = collect(document.toJS(), null, items);
    if (problem !== null) return { ok: false, problem };
  }
  if (items.length === 0) return { ok: false, problem: { code: 'empty' } };
  items.sort((a, b) => fileKinds.indexOf(a.kind) - fileKinds.indexOf(b.kind));
  return { ok: true, items };
}

function collect(value: unknown, kind: FileKind | null, items: FileItem[]): FileProblem | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    for (const one of value) {
      const problem = collect(one, kind, items);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (!isObject(value)) return { code: 'not_object' };
  const groups = fileKinds.filter((one) => `${one}s` in value);
  if (groups.length > 0 && !('name' in value)) {
    const other = Object.keys(value).find((key) => !groups.some((one) => `${one}s` === key));
    if (other !== undefined) return { code: 'kind', detail: other };
    return collectGroups(value, groups, items);
  }
  return add(value, kind, items);
}

function collectGroups(value: Record<string, unknown>, groups: FileKind[], items: FileItem[]): FileProblem | null {
  for (const one of groups) {
    const problem = collect(value[`${one}s`], one, items);
    if (problem !== null) return problem;
  }
  return null;
}

function add(value: Record<string, unknown>, fallback: FileKind | null, items: FileItem[]): FileProblem | null {
  const { kind: said = fallback, ...body } = value;
  const kind = fileKinds.find((one) => one === said || `${one}s` === said);
  if (kind === undefined) return { code: 'kind', detail: String(said ?? '') };
  const { name, connection } = body;
  if (typeof name !== 'string') return { code: 'name', detail: kind };
  if (kind !== 'destination') items.push({ kind, name, connection: null, body });
  else if (typeof connection !== 'string') return { code: 'connection', detail: name };
  else items.push({ kind, name, connection, body });
  return null;
}

/**
 * The body to send over what is stored: where the file has no secret (Export leaves them out) the stored one stays.
 * Lists are matched by `name`. References to secrets are for the command line; here they count as left out.
 */
export function keepingSecrets(given: unknown, stored: unknown): unknown {
  if (isReference(given)) return isMark(stored) ? stored : null;
  if (given === null || given === undefined) return isMark(stored) ? stored : given;
  if (Array.isArray(given)) {
    const before = Array.isArray(stored) ? stored : [];
    return given.map((one) =>
      keepingSecrets(
        one,
        isObject(one) ? before.find((other) => isObject(other) && other['name'] === one['name']) : null,
      ),
    );
  }
  if (!isObject(given)) return given;
  const before = isObject(stored) ? stored : {};
  const names = new Set([...Object.keys(given), ...Object.keys(before).filter((name) => isMark(before[name]))]);
  // Another kind of authentication has no use for the secrets of the former one.
  const isOther = before['type'] !== undefined && given['type'] !== undefined && before['type'] !== given['type'];
  return Object.fromEntries(
    [...names]
      .filter((name) => name in given || !isOther)
      .map((name) => [name, keepingSecrets(given[name], isOther ? null : before[name])]),
  );
}

const isMark = (value: unknown) => isObject(value) && value['set'] === true;
const isReference = (value: unknown) =>
  isObject(value) && typeof value['ref'] === 'string' && Object.keys(value).length === 1;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
