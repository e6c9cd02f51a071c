import { upgrade } from '@scalar/openapi-upgrader';
import { parse } from 'yaml';

/** JSON that was read from a document. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `pathItem`: what the operations of one path share. */
export type Operation = { readonly method: string; readonly path: string; readonly own: Json; readonly pathItem: Json };

/** An OpenAPI document, in the form of version 3.1. `resolve` follows references within it; one that leads nowhere is {}. */
export type OpenapiDocument = {
  readonly title: string;
  /** The URL of the document, to which its own URLs are relative; null: not known. */
  readonly url: string | null;
  readonly root: Json;
  readonly operations: readonly Operation[];
  resolve(value: unknown): Json;
};

type Read = { ok: true; document: OpenapiDocument } | { ok: false; problem: 'unreadable' | 'not_openapi' | 'empty' };

const methods = ['post', 'put', 'patch', 'get', 'delete', 'head', 'options', 'trace'];
/** References that lead to references. */
const hopsMax = 32;

/** Reads a document of Swagger 2.0 or OpenAPI 3, in YAML or JSON. `url`: where it was fetched. */
export function readOpenapi(text: string, url: string | null = null): Read {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 1_000, logLevel: 'error' });
  } catch {
    return { ok: false, problem: 'unreadable' };
  }
  if (!isObject(value) || !isObject(value['paths']) || !/^[23]\./.test(String(value['openapi'] ?? value['swagger'])))
    return { ok: false, problem: 'not_openapi' };
  let root: Json;
  try {
    root = upgrade(value, '3.1') as unknown as Json; // JSON, as which it is read here
  } catch {
    return { ok: false, problem: 'not_openapi' };
  }
  const resolve = resolverOf(root);
  const operations = Object.entries(objectAt(root, 'paths')).flatMap(([path, item]) => {
    const pathItem = resolve(item);
    return methods.flatMap((method) => {
      const own = pathItem[method];
      return isObject(own) ? { method: method.toUpperCase(), path, own, pathItem } : [];
    });
  });
  if (operations.length === 0) return { ok: false, problem: 'empty' };
  return { ok: true, document: { title: textAt(objectAt(root, 'info'), 'title'), url, root, operations, resolve } };
}

function resolverOf(root: Json): (value: unknown) => Json {
  return (value) => {
    let found = value;
    for (let hops = 0; hops < hopsMax && isObject(found); hops++) {
      const reference = found['$ref'];
      if (typeof reference !== 'string') return found;
      found = reference.startsWith('#/') ? at(root, reference.slice(2)) : undefined;
    }
    return {};
  };
}

/** The value that a JSON pointer without its first slash names (RFC 6901). */
function at(root: Json, pointer: string): unknown {
  return pointer.split('/').reduce<unknown>((value, part) => {
    const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }, root);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const objectAt = (of: Json, name: string): Json => {
  const value = of[name];
  return isObject(value) ? value : {};
};

export const listAt = (of: Json, name: string): readonly unknown[] => {
  const value = of[name];
  return Array.isArray(value) ? value : [];
};

export const textAt = (of: Json, name: string): string => {
  const value = of[name];
  return typeof value === 'string' ? value : '';
};
