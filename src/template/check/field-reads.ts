import type { Node } from 'acorn';
import type { Code } from '../parse/javascript.ts';
import { parseTemplate, visitCode, visitNodes } from '../parse/parser.ts';
import { locator } from '../parse/position.ts';
import { type AnyNode, isNode, keyOf, nameOf, nodesIn, walk } from '../parse/walk.ts';

/**
 * A place where a template reads a field of a record (`it.data[0].title`, `record["wt.ti"]`). Offsets in the
 * template: `start` is the start of the name, `from` that of its dot or bracket.
 */
export type FieldRead = {
  /** The path read, one name per member: `wt.ti` without brackets reads `ti` of `wt`. */
  names: string[];
  from: number;
  start: number;
  end: number;
  /** The object key whose whole value the read is, such as `title` in `{ title: it.data[0].titel }`. */
  key: string | null;
};

/**
 * The fields that a template reads from its records, in the order of its text, as far as its syntax shows. Records
 * are `it.data[n]`, `it.events[n].data`, and the names that loops, `map` and declarations give them.
 */
export function fieldReads(text: string): FieldRead[] {
  const { nodes } = parseTemplate(text, locator(text));
  const records = new Set<string>();
  const codes: Code[] = [];
  visitCode(nodes, (code) => codes.push(code));
  visitNodes(nodes, (node) => {
    if (node.kind === 'each' && isRecords(node.list.node)) addFirstParameter(node.parameters?.node, records);
  });
  for (const code of codes) walk(code.node, (node) => addNamed(node, records));
  return codes.flatMap(({ node, base }) => readsIn(node, base, records)).sort((a, b) => a.start - b.start);
}

function readsIn(root: Node, base: number, records: ReadonlySet<string>): FieldRead[] {
  const reads: FieldRead[] = [];
  const seen = new Set<unknown>();
  const keys = new Map<unknown, string>();
  walk(root, (node) => {
    if (node.type === 'Property') keys.set(node['value'], memberOf(node) ?? '');
    const { id } = node;
    if (
      node.type === 'VariableDeclarator' &&
      isNode(id) &&
      id.type === 'ObjectPattern' &&
      isRecord(node['init'], records)
    )
      reads.push(...patternReads(id, base));
    if (node.type !== 'MemberExpression' || seen.has(node)) return;
    // From the outside in: a chain is one read, and begins after the record.
    const chain: AnyNode[] = [];
    let at: unknown = node;
    while (isNode(at) && at.type === 'MemberExpression' && !isRecord(at, records)) {
      seen.add(at);
      chain.unshift(at);
      at = at['object'];
    }
    const [first, ...rest] = chain;
    if (first === undefined || !isNode(at) || !isRecord(at, records)) return;
    const name = memberOf(first);
    if (name === null) return;
    const names = [name];
    let end = first.end;
    for (const next of first['computed'] === true ? [] : rest) {
      const member = next['computed'] === true ? null : memberOf(next);
      if (member === null) break;
      names.push(member);
      end = next.end;
    }
    const { start } = isNode(first['property']) ? first['property'] : first;
    reads.push({ names, from: base + at.end, start: base + start, end: base + end, key: keys.get(node) ?? null });
  });
  return reads;
}

/** `const { title, total } = it.data[0]`. */
function patternReads(pattern: AnyNode, base: number): FieldRead[] {
  return nodesIn(pattern['properties']).flatMap((property): FieldRead[] => {
    const { key } = property;
    const name = property.type === 'Property' ? memberOf(property) : null;
    if (name === null || !isNode(key)) return [];
    const start = base + key.start;
    return [{ names: [name], from: start, start, end: base + key.end, key: null }];
  });
}

/** Adds the names that refer to a record from here on. */
function addNamed(node: AnyNode, records: Set<string>): void {
  const { id, init, callee, left, right } = node;
  const add = (name: string | null) => name !== null && records.add(name);
  if (node.type === 'VariableDeclarator') {
    if (isRecord(init, records)) add(nameOf(id));
    if (isNode(id) && id.type === 'ArrayPattern' && isRecords(init))
      for (const item of nodesIn(id['elements'])) add(nameOf(item));
  }
  if (node.type === 'ForOfStatement' && isRecords(right) && isNode(left))
    add(nameOf(nodesIn(left['declarations'])[0]?.['id']));
  if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'MemberExpression') return;
  if (isRecords(callee['object']) && looping.has(memberOf(callee) ?? ''))
    addFirstParameter(nodesIn(node['arguments'])[0], records);
}

function addFirstParameter(fn: unknown, records: Set<string>): void {
  const name = isNode(fn) ? nameOf(nodesIn(fn['params'])[0]) : null;
  if (name !== null) records.add(name);
}

const looping = new Set(['map', 'filter', 'forEach', 'flatMap', 'some', 'every', 'find']);

function isRecord(node: unknown, records: ReadonlySet<string>): boolean {
  if (!isNode(node)) return false;
  if (node.type !== 'MemberExpression') return records.has(nameOf(node) ?? '');
  const { object } = node;
  if (memberOf(node) !== 'data') return isIndex(node) && isRecords(object);
  return (
    isNode(object) && object.type === 'MemberExpression' && isIndex(object) && isMemberOfIt(object['object'], 'events')
  );
}

function isRecords(node: unknown): boolean {
  return isMemberOfIt(node, 'data');
}

function isMemberOfIt(node: unknown, name: string): boolean {
  return isNode(node) && memberOf(node) === name && nameOf(node['object']) === 'it';
}

/** Whether the key is a list index: a number, or a name that may hold one. */
function isIndex(node: AnyNode): boolean {
  return node['computed'] === true && (nameOf(node['property']) !== null || typeof keyOf(node) === 'number');
}

function memberOf(node: AnyNode): string | null {
  const key = keyOf(node);
  return typeof key === 'string' ? key : null;
}
