import type { Node } from 'acorn';
import { parseTemplate, visitNodes } from '../parse/parser.ts';
import { locator } from '../parse/position.ts';
import type { Code } from '../parse/tag-script.ts';
import { type AnyNode, isNode, walk } from '../parse/walk.ts';

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
  visitNodes(nodes, (node) => {
    if (node.kind === 'statements' || node.kind === 'value') codes.push(node.code);
    if (node.kind === 'value') codes.push(...node.filters.flatMap(({ args }) => args ?? []));
    if (node.kind === 'if') codes.push(...node.branches.flatMap(({ condition }) => condition ?? []));
    if (node.kind !== 'each' && node.kind !== 'foreach') return;
    codes.push(node.list);
    const first = node.parameters === null ? undefined : parametersOf(node.parameters.tree.node)[0];
    if (node.kind === 'each' && isRecords(node.list.tree.node) && first?.type === 'Identifier')
      records.add(String(first['name']));
  });
  for (const { tree } of codes) walk(tree.node, (node) => addNamed(node, records));
  return codes.flatMap(({ tree }) => readsIn(tree.node, tree.base, records)).sort((a, b) => a.start - b.start);
}

function readsIn(root: Node, base: number, records: ReadonlySet<string>): FieldRead[] {
  const reads: FieldRead[] = [];
  const seen = new Set<AnyNode>();
  const keys = new Map<AnyNode, string>();
  walk(root, (node) => {
    const { key, value } = node;
    if (node.type === 'Property' && isNode(value) && isNode(key)) keys.set(value, nameOf(key, node['computed']) ?? '');
    if (node.type === 'VariableDeclarator' && isNode(node['id']) && node['id'].type === 'ObjectPattern') {
      if (isNode(node['init']) && isRecord(node['init'], records)) reads.push(...patternReads(node['id'], base));
    }
    if (node.type !== 'MemberExpression' || seen.has(node)) return;
    // From the outside in: a chain is one read, and begins after the record.
    const chain: AnyNode[] = [];
    let at: AnyNode = node;
    while (at.type === 'MemberExpression' && !isRecord(at, records)) {
      seen.add(at);
      chain.unshift(at);
      if (!isNode(at['object'])) return;
      at = at['object'];
    }
    const [first] = chain;
    if (first === undefined || !isRecord(at, records)) return;
    const name = memberOf(first);
    if (name === null) return;
    const names = [name];
    let end = first.end;
    if (first['computed'] !== true)
      for (const next of chain.slice(1)) {
        const member = next['computed'] === true ? null : memberOf(next);
        if (member === null) break;
        names.push(member);
        end = next.end;
      }
    const property = isNode(first['property']) ? first['property'] : first;
    reads.push({
      names,
      from: base + at.end,
      start: base + property.start,
      end: base + end,
      key: keys.get(node) ?? null,
    });
  });
  return reads;
}

/** `const { title, total } = it.data[0]`. */
function patternReads(pattern: AnyNode, base: number): FieldRead[] {
  return listOf(pattern['properties']).flatMap((property): FieldRead[] => {
    const key = property['key'];
    if (property.type !== 'Property' || !isNode(key)) return [];
    const name = nameOf(key, property['computed']);
    if (name === null) return [];
    const start = base + key.start;
    return [{ names: [name], from: start, start, end: base + key.end, key: null }];
  });
}

/** Adds the names that refer to a record from here on. */
function addNamed(node: AnyNode, records: Set<string>): void {
  const { id, init, callee, left, right } = node;
  if (node.type === 'VariableDeclarator' && isNode(id) && isNode(init)) {
    if (id.type === 'Identifier' && isRecord(init, records)) records.add(String(id['name']));
    if (id.type === 'ArrayPattern' && isRecords(init))
      for (const item of listOf(id['elements'])) if (item.type === 'Identifier') records.add(String(item['name']));
  }
  if (node.type === 'ForOfStatement' && isNode(right) && isRecords(right) && isNode(left)) {
    const declared = listOf(left['declarations'])[0]?.['id'];
    if (isNode(declared) && declared.type === 'Identifier') records.add(String(declared['name']));
  }
  if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'MemberExpression') return;
  if (!isNode(callee['object']) || !isRecords(callee['object']) || !looping.has(memberOf(callee) ?? '')) return;
  const [given] = listOf(node['arguments']);
  const first = given === undefined ? undefined : parametersOf(given)[0];
  if (first?.type === 'Identifier') records.add(String(first['name']));
}

const looping = new Set(['map', 'filter', 'forEach', 'flatMap', 'some', 'every', 'find']);

function isRecord(node: AnyNode, records: ReadonlySet<string>): boolean {
  if (node.type === 'Identifier') return records.has(String(node['name']));
  const object = node['object'];
  if (node.type !== 'MemberExpression' || !isNode(object)) return false;
  if (memberOf(node) === 'data') {
    const list = object['object'];
    return object.type === 'MemberExpression' && isIndex(object) && isNode(list) && isMemberOfIt(list, 'events');
  }
  return isIndex(node) && isRecords(object);
}

function isRecords(node: Node): boolean {
  return isNode(node) && isMemberOfIt(node, 'data');
}

function isMemberOfIt(node: AnyNode, name: string): boolean {
  const object = node['object'];
  return memberOf(node) === name && isNode(object) && object.type === 'Identifier' && object['name'] === 'it';
}

/** Whether the key is a list index: a number, or a name that may hold one. */
function isIndex(node: AnyNode): boolean {
  const property = node['property'];
  if (node['computed'] !== true || !isNode(property)) return false;
  return property.type === 'Identifier' || (property.type === 'Literal' && typeof property['value'] === 'number');
}

function memberOf(node: AnyNode): string | null {
  const property = node['property'];
  return isNode(property) ? nameOf(property, node['computed']) : null;
}

function nameOf(key: AnyNode, computed: unknown): string | null {
  if (key.type === 'Literal' && typeof key['value'] === 'string') return key['value'];
  return computed !== true && key.type === 'Identifier' ? String(key['name']) : null;
}

function parametersOf(node: Node): AnyNode[] {
  return isNode(node) ? listOf(node['params']) : [];
}

function listOf(value: unknown): AnyNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
