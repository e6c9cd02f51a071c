import { CommandError, exitCodes } from './exit.ts';
import { type Kind, kindNames } from './kinds.ts';
import { yaml } from './yaml.ts';

/** One document in a file. The name of a destination is `Connection/Destination`, with the connection's name or id. */
export type Manifest = {
  kind: Kind;
  name: string;
  /** The body to send, with references to secrets replaced by their values. */
  body(): Promise<Record<string, unknown>>;
};

export type ManifestOptions = {
  file: string;
  /** The kind of documents without a `kind`. */
  kind: Kind | null;
  env: Readonly<Record<string, string | undefined>>;
  readSecret(path: string): Promise<string>;
};

/**
 * Reads YAML or JSON with any number of documents. Each is one object with a `kind`, a list of them, or an object of
 * lists by kind (`connections: […]`). `{ref: "env:NAME"}` and `{ref: "file:/path"}` are replaced by the secret stored
 * there.
 */
export function manifestsIn(text: string, options: ManifestOptions): Manifest[] {
  const documents = yaml().parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) refuse(options, problem.message.split('\n')[0]?.replace(/:$/, '') ?? 'not valid YAML');
    return itemsIn(document.toJS(), options.kind, options);
  });
}

function itemsIn(value: unknown, kind: Kind | null, options: ManifestOptions): Manifest[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => itemsIn(item, kind, options));
  if (!isObject(value)) refuse(options, 'contains something that is not an object');
  const groups = kindNames.filter((one) => `${one}s` in value);
  const isGrouped = groups.length > 0 && !('name' in value);
  if (isGrouped) {
    const other = Object.keys(value).find((key) => !groups.some((one) => `${one}s` === key));
    if (other !== undefined) refuse(options, `"${other}" is not a kind: ${kindList()}`);
    return groups.flatMap((one) => itemsIn(value[`${one}s`], one, options));
  }
  return [manifest(value, kind, options)];
}

function manifest(value: Record<string, unknown>, fallback: Kind | null, options: ManifestOptions): Manifest {
  const { kind: said = fallback, ...fields } = value;
  const kind = kindNames.find((one) => one === said || `${one}s` === said);
  if (kind === undefined) {
    refuse(
      options,
      said === null ? `a document has no "kind": ${kindList()}` : `"${said}" is not a kind: ${kindList()}`,
    );
  }
  if (typeof fields['name'] !== 'string') refuse(options, `a ${kind} has no "name"`);
  const connection = fields['connection'] ?? fields['connectionId'];
  if (kind === 'destination' && typeof connection !== 'string') {
    refuse(options, `destination ${fields['name']} has no "connection" (the name of its connection)`);
  }
  const name = kind === 'destination' ? `${connection}/${fields['name']}` : fields['name'];
  return {
    kind,
    name,
    body: async () => (await withSecrets(fields, options)) as Record<string, unknown>, // an object stays one
  };
}

async function withSecrets(value: unknown, options: ManifestOptions): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withSecrets(item, options)));
  if (!isObject(value)) return value;
  const { ref, ...rest } = value;
  if (typeof ref === 'string' && Object.keys(rest).length === 0) return secretAt(ref, options);
  const entries = Object.entries(value).map(async ([key, item]) => [key, await withSecrets(item, options)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function secretAt(ref: string, options: ManifestOptions): Promise<string> {
  const [, scheme, place = ''] = /^(env|file):(.+)$/.exec(ref) ?? [];
  if (scheme === 'env') return options.env[place] ?? refuse(options, `${ref}: this variable is not set`);
  if (scheme === 'file') return (await options.readSecret(place)).replace(/\r?\n$/, '');
  refuse(options, `"${ref}" must be env:NAME or file:/path`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindList(): string {
  return kindNames.join(', ');
}

function refuse({ file }: ManifestOptions, problem: string): never {
  throw new CommandError(exitCodes.usage, `${file === '-' ? 'The standard input' : file}: ${problem}.`);
}
