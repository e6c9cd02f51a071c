/** An object of the API as it is shown for files and shells: its kind as in `/api/v1/{kind}`. */
export type Shown = {
  kind: 'connections' | 'destinations' | 'actions' | 'behaviors' | 'collectors' | 'alerts';
  document: Readonly<Record<string, unknown>>;
  /** The name of a destination's connection, by which files refer to it. */
  connection?: string | undefined;
};

const notWritten = new Set(['id', 'version', 'createdAt', 'updatedAt', 'updatedBy', 'health', 'warnings', 'key']);

/** The object as YAML (for `millrace apply`), JSON, command and cURL. Secrets are never among it. */
export function showAs(
  { kind, document, connection }: Shown,
  origin: string,
): Record<'YAML' | 'JSON' | 'CLI' | 'cURL', string> {
  const { connectionId: _id, ...named } = document;
  const id = String(document['id']);
  return {
    YAML: asFile([{ kind, documents: [connection === undefined ? document : { connection, ...named }] }]),
    JSON: JSON.stringify(document, null, 2),
    CLI: `millrace ${kind} get ${id}\nmillrace apply ${kind}.yaml`,
    cURL: `curl -H "Authorization: Bearer $MILLRACE_TOKEN" \\\n  ${origin}/api/v1/${kind}/${id}`,
  };
}

/** Documents as one YAML file for `millrace apply` and *From file*, without secrets and what the server adds. */
export function asFile(groups: readonly { kind: Shown['kind']; documents: readonly Shown['document'][] }[]): string {
  return groups
    .filter(({ documents }) => documents.length > 0)
    .map(({ kind, documents }) => `${kind}:\n${documents.map(fileEntry).join('')}`)
    .join('');
}

const fileEntry = (document: Shown['document']) => `  - ${toYaml(written(document), 2).trimStart()}\n`;

function written(document: Shown['document']): Record<string, unknown> {
  return withoutSecrets(
    Object.fromEntries(Object.entries(document).filter(([name]) => !notWritten.has(name))),
  ) as Record<string, unknown>; // an object stays one
}

/**
 * Marks of stored secrets become null, those of secrets that are kept elsewhere say where: a file never holds what a
 * secret is.
 */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if ('set' in value) return 'ref' in value ? { set: true, ref: value.ref } : null;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
}

/** Block style for what is deep, JSON (which is YAML) for what is flat and for texts that need quotes. */
export function toYaml(value: unknown, depth = 0): string {
  const pad = '  '.repeat(depth);
  if (typeof value === 'string') return scalar(value, pad);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== 'object' || one === null)) return JSON.stringify(value);
    return value.map((one) => `\n${pad}- ${toYaml(one, depth + 1).trimStart()}`).join('');
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return entries
    .map(([name, inner]) => {
      const text = toYaml(inner, depth + 1);
      return `\n${pad}${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}:${text.startsWith('\n') ? '' : ' '}${text}`;
    })
    .join('');
}

function scalar(text: string, pad: string): string {
  // What can't be read as a number, a boolean, a date or a structure may stand without quotes.
  if (/^[A-Za-z/][\w ./@-]*$/.test(text) && !text.endsWith(' ') && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text))
    return text;
  const isBlock = text.includes('\n') && !/[^\n\x20-\x7e\u00a0-\uffff]/.test(text) && /^[^\s]/.test(text);
  if (!isBlock) return JSON.stringify(text);
  const mark = text.endsWith('\n') ? '|' : '|-';
  if (text.endsWith('\n\n')) return JSON.stringify(text);
  return `${mark}\n${text.replace(/\n$/, '').replace(/^(?=.)/gm, pad)}`;
}
