import { z } from 'zod';
import { documentInputs } from '../../src/contract/documents/document-inputs.ts';

type Node = {
  description?: string;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  allOf?: Node[];
};

/**
 * Every write-only place of all kinds of documents, from the JSON Schema that the API publishes; `*`
 * for any key or index. New secret fields of the contract are included automatically.
 */
export function writeOnlyPlaces(): string[] {
  const places = new Set<string>();
  for (const schema of Object.values(documentInputs))
    walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node, [], places); // a JSON Schema
  return [...places].sort();
}

function walk(node: Node, path: readonly string[], places: Set<string>): void {
  if (node.description?.startsWith('Write-only')) {
    places.add(path.join('.'));
    return;
  }
  for (const part of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]) walk(part, path, places);
  for (const [name, child] of Object.entries(node.properties ?? {})) walk(child, [...path, name], places);
  if (typeof node.additionalProperties === 'object') walk(node.additionalProperties, [...path, '*'], places);
  if (node.items !== undefined) walk(node.items, [...path, '*'], places);
}

/**
 * The places in `bodies` for whose text `isFilled` is true, in the same form; names in `open` objects count as `*`.
 */
export function filledPlaces(
  bodies: readonly unknown[],
  isFilled: (text: string) => boolean,
  open: ReadonlySet<string>,
): string[] {
  const places = new Set<string>();
  const look = (value: unknown, path: readonly string[]) => {
    if (typeof value === 'string' && isFilled(value)) places.add(path.join('.'));
    if (typeof value !== 'object' || value === null) return;
    for (const [name, child] of Object.entries(value))
      look(child, [...path, Array.isArray(value) || open.has(path.at(-1) ?? '') ? '*' : name]);
  };
  for (const body of bodies) look(body, []);
  return [...places].sort();
}
