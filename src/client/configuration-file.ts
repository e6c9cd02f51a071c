import type * as Yaml from 'yaml';
import type { TransferDocument } from '../contract/documents/transfer.ts';
import { type TransferKind, transferKindOf, transferKinds } from '../contract/documents/transfer-kinds.ts';
import { isObject, pathOf } from '../contract/json.ts';
import { repeatedName } from '../contract/repeated-name.ts';

/** A file has no documents in a form that can be imported. The message is one sentence. */
export class ConfigurationFileError extends Error {}

/** A place in a file; the first line and column are 1. */
type LinePosition = { line: number; col: number };

type Configuration = {
  documents: TransferDocument[];
  /** Where a field of a document is, or else what should have it; a destination can have its connection's name too. */
  placeOf: (document: { kind: string; name: string }, pointer: string) => LinePosition | null;
};

/**
 * Reads the documents of YAML or JSON text. Each is an object with a `kind`, a list of them, or an object of lists by
 * kind (`connections: […]`). `kind`: the kind of documents that name none. `yaml` is the module, which is large, so that
 * callers load it on first use. Throws ConfigurationFileError.
 */
export function readConfiguration(text: string, yaml: typeof Yaml, kind: TransferKind | null = null): Configuration {
  const lineCounter = new yaml.LineCounter();
  const parse = () => Array.from(yaml.parseAllDocuments(text, { lineCounter, merge: true }));
  const json = jsonValue(text);
  // Places in JSON are rarely needed, and the YAML parser, which knows them, takes a hundred times as long.
  let parsed: ReturnType<typeof parse> | null = null;
  const placeInJson: PlaceOf = (path) => {
    parsed ??= parse();
    return parsed[0] === undefined ? null : placeIn(parsed[0], path, lineCounter, yaml);
  };
  const found =
    json !== undefined
      ? documentsIn(json, kind, { path: [], placeOf: placeInJson })
      : parse().flatMap((document) => {
          const { code, linePos: [place = null] = [] } = document.errors[0] ?? {};
          if (code !== undefined) fileProblem(yamlErrors[code] ?? 'This is not valid YAML', place);
          const placeOf: PlaceOf = (path) => placeIn(document, path, lineCounter, yaml);
          const value = plainValue(document, () => wrongMerge(document, lineCounter, yaml));
          return documentsIn(value, kind, { path: [], placeOf });
        });
  return {
    documents: found.map(({ document }) => document),
    placeOf({ kind, name }, pointer) {
      const names = ({ name, connection }: TransferDocument) => [name, `${connection}/${name}`];
      const { at } = found.find(({ document }) => document.kind === kind && names(document).includes(name)) ?? {};
      return at?.placeOf([...at.path, ...(pointer === '' ? [] : pathOf(pointer))]) ?? null;
    },
  };
}

/** The value of JSON text; undefined for other text, and for JSON that YAML refuses: a name twice in one object. */
function jsonValue(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return repeatedName(text) === null ? value : undefined;
  } catch {
    return undefined;
  }
}

type PlaceOf = (path: readonly (string | number)[]) => LinePosition | null;

/** Where a value is in its YAML document. */
type Spot = { path: readonly (string | number)[]; placeOf: PlaceOf };

const within = (at: Spot, key: string | number): Spot => ({ ...at, path: [...at.path, key] });

/** The place of the last member of a path that is there: of its name in an object, of itself in a list. */
function placeIn(
  document: Yaml.Document.Parsed,
  path: readonly (string | number)[],
  lines: Yaml.LineCounter,
  yaml: typeof Yaml,
): LinePosition | null {
  let node: unknown = document.contents;
  let start = document.contents?.range[0];
  for (const key of path) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    const pair = memberOf(node, String(key), document, yaml);
    node = pair !== undefined ? pair.value : yaml.isSeq(node) ? node.items[Number(key)] : undefined;
    const named = pair?.key ?? node;
    if (!yaml.isNode(named)) break;
    start = named.range?.[0] ?? start;
  }
  return start === undefined ? null : lines.linePos(start);
}

/** A member of an object: its own, or else that of the first object it merges (`<<`) that has it. */
function memberOf(
  node: unknown,
  name: string,
  document: Yaml.Document.Parsed,
  yaml: typeof Yaml,
): Yaml.Pair | undefined {
  if (!yaml.isMap(node)) return undefined;
  const own = node.items.find(({ key }) => String(key) === name && !isMerge(key, yaml));
  if (own !== undefined) return own;
  return node.items
    .filter(({ key }) => isMerge(key, yaml))
    .flatMap(({ value }) => mergedBy(value, document, yaml))
    .map((merged) => memberOf(merged, name, document, yaml))
    .find((pair) => pair !== undefined);
}

/** Whether a name merges other objects: `<<` without quotes. */
const isMerge = (key: unknown, yaml: typeof Yaml) => yaml.isScalar(key) && typeof key.value === 'symbol';

/** The value of a `<<`: one object, or a list of them. */
function mergedBy(value: unknown, document: Yaml.Document.Parsed, yaml: typeof Yaml): unknown[] {
  const target = (node: unknown) => (yaml.isAlias(node) ? node.resolve(document) : node);
  const found = target(value);
  return yaml.isSeq(found) ? found.items.map(target) : [found];
}

/** The place of the first `<<` whose value is not an object or a list of them. */
function wrongMerge(document: Yaml.Document.Parsed, lines: Yaml.LineCounter, yaml: typeof Yaml): LinePosition | null {
  let place: LinePosition | null = null;
  yaml.visit(document, {
    Pair(_, { key, value }) {
      if (!isMerge(key, yaml) || mergedBy(value, document, yaml).every(yaml.isMap)) return undefined;
      const start = yaml.isNode(key) ? key.range?.[0] : undefined;
      place = start === undefined ? null : lines.linePos(start);
      return yaml.visit.BREAK;
    },
  });
  return place;
}

const yamlErrors: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: 'A quoted text has an unknown escape sequence',
  BAD_INDENT: 'The indentation is wrong, or a bracket is not closed',
  BAD_SCALAR_START: 'A text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'A name and its value are in the wrong place: check the colon and the indentation',
  DUPLICATE_KEY: 'This name occurs twice',
  MISSING_CHAR: 'A bracket, a quote, a comma or a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'A name needs a colon after it, on the same line',
  TAB_AS_INDENT: 'Indent with spaces, not with tabs',
  UNEXPECTED_TOKEN: 'This is not expected here',
};

/** The value of a YAML document. An alias can make it contain itself, or too large. */
function plainValue(document: { toJS(): unknown }, wrongMerge: () => LinePosition | null): unknown {
  try {
    const value = document.toJS();
    JSON.stringify(value);
    return value;
  } catch (error) {
    if (error instanceof ReferenceError) fileProblem(error.message, null);
    const place = wrongMerge();
    if (place === null) fileProblem('The file refers to itself', null);
    fileProblem('"<<" needs an object or a list of objects', place);
  }
}

/** Documents as a file has them: lists by kind. */
export function configurationFile(documents: readonly TransferDocument[]): Record<string, Record<string, unknown>[]> {
  const groups = Object.groupBy(documents, ({ kind }) => `${kind}s`);
  return Object.fromEntries(
    Object.entries(groups).map(([many, all = []]) => [many, all.map(({ kind: _, ...document }) => document)]),
  );
}

type Found = { document: TransferDocument; at: Spot };

function documentsIn(value: unknown, kind: TransferKind | null, at: Spot): Found[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => documentsIn(item, kind, within(at, index)));
  if (!isObject(value)) fileProblem('The file contains something that is not an object', at);
  if ('name' in value) return [documentIn(value, kind, at)];
  if (Object.keys(value).length === 0) return [];
  const groups = Object.entries(value).map(([many, all]) => ({ many, of: transferKindOf(many), all }));
  if (!groups.some(({ many, of }) => of !== undefined && many !== of)) return [documentIn(value, kind, at)];
  return groups.flatMap(({ many, of, all }) => {
    if (of === undefined || many === of) fileProblem(`"${many}" is not a kind: ${plurals}`, within(at, many));
    return documentsIn(all, of, within(at, many));
  });
}

function documentIn(
  { kind: said, ...fields }: Record<string, unknown>,
  fallback: TransferKind | null,
  at: Spot,
): Found {
  const kind = said === undefined ? fallback : transferKindOf(said);
  if (kind === null) fileProblem(`A document has no "kind": ${transferKinds.join(', ')}`, at);
  if (kind === undefined) fileProblem(`"${said}" is not a kind: ${transferKinds.join(', ')}`, within(at, 'kind'));
  const { name, connection, connectionId } = fields;
  if (typeof name !== 'string') fileProblem(`A document of kind ${kind} has no "name"`, within(at, 'name'));
  if (kind === 'destination' && typeof (connection ?? connectionId) !== 'string' && !name.includes('/'))
    fileProblem(`The destination ${name} has no "connection" (the name of its connection)`, within(at, 'connection'));
  return { document: { ...fields, kind, name }, at };
}

const plurals = transferKinds.map((kind) => `${kind}s`).join(', ');

function fileProblem(problem: string, at: Spot | LinePosition | null): never {
  const place = at !== null && 'path' in at ? at.placeOf(at.path) : at;
  const where = place === null ? '' : `Line ${place.line}, column ${place.col}: `;
  throw new ConfigurationFileError(`${where}${problem}.`);
}
