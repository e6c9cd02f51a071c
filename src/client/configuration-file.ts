import type { TransferDocument } from '../contract/documents/transfer.ts';
import { type TransferKind, transferKindOf, transferKinds } from '../contract/documents/transfer-kinds.ts';
import { isObject } from '../contract/json.ts';

/** A file has no documents in a form that can be imported. The message is one sentence. */
export class ConfigurationFileError extends Error {}

/** The part of the module `yaml` that reads a file; the module is large, so that callers load it on first use. */
type YamlReader = {
  parseAllDocuments(text: string): readonly { errors: readonly YamlError[]; toJS(): unknown }[];
};

type YamlError = { code: string; linePos?: readonly { line: number; col: number }[] };

/**
 * Reads the documents of YAML or JSON text. Each is an object with a `kind`, a list of them, or an object of lists by
 * kind (`connections: […]`). `kind`: the kind of documents that name none. Throws ConfigurationFileError.
 */
export function readConfiguration(
  text: string,
  yaml: YamlReader,
  kind: TransferKind | null = null,
): TransferDocument[] {
  return Array.from(yaml.parseAllDocuments(text)).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) refuse(brokenYaml(problem));
    return documentsIn(plainValue(document), kind);
  });
}

/** What is broken in a YAML document, and where. */
function brokenYaml({ code, linePos: [place] = [] }: YamlError): string {
  const what = yamlErrors[code] ?? 'This is not valid YAML';
  return place === undefined ? what : `Line ${place.line}, column ${place.col}: ${what}`;
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
function plainValue(document: { toJS(): unknown }): unknown {
  try {
    const value = document.toJS();
    JSON.stringify(value);
    return value;
  } catch (error) {
    if (error instanceof ReferenceError) refuse(error.message);
    refuse('The file refers to itself');
  }
}

/** Documents as a file has them: lists by kind. */
export function configurationFile(documents: readonly TransferDocument[]): Record<string, Record<string, unknown>[]> {
  const groups = Object.groupBy(documents, ({ kind }) => `${kind}s`);
  return Object.fromEntries(
    Object.entries(groups).map(([many, all = []]) => [many, all.map(({ kind: _, ...document }) => document)]),
  );
}

function documentsIn(value: unknown, kind: TransferKind | null): TransferDocument[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => documentsIn(item, kind));
  if (!isObject(value)) refuse('The file contains something that is not an object');
  if ('name' in value) return [documentIn(value, kind)];
  if (Object.keys(value).length === 0) return [];
  const groups = Object.entries(value).map(([many, all]) => ({ many, of: transferKindOf(many), all }));
  if (!groups.some(({ many, of }) => of !== undefined && many !== of)) return [documentIn(value, kind)];
  return groups.flatMap(({ many, of, all }) => {
    if (of === undefined || many === of) refuse(`"${many}" is not a kind: ${plurals}`);
    return documentsIn(all, of);
  });
}

function documentIn(
  { kind: said, ...fields }: Record<string, unknown>,
  fallback: TransferKind | null,
): TransferDocument {
  const kind = said === undefined ? fallback : transferKindOf(said);
  if (kind === null) refuse(`A document has no "kind": ${transferKinds.join(', ')}`);
  if (kind === undefined) refuse(`"${said}" is not a kind: ${transferKinds.join(', ')}`);
  const { name, connection, connectionId } = fields;
  if (typeof name !== 'string') refuse(`A document of kind ${kind} has no "name"`);
  if (kind === 'destination' && typeof (connection ?? connectionId) !== 'string' && !name.includes('/'))
    refuse(`The destination ${name} has no "connection" (the name of its connection)`);
  return { ...fields, kind, name };
}

const plurals = transferKinds.map((kind) => `${kind}s`).join(', ');

function refuse(problem: string): never {
  throw new ConfigurationFileError(`${problem}.`);
}
