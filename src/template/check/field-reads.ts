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
 * are `it.data[n]`, `it.events[n].data`, and the names that loops, `map` and declarations give them, also to what is left of
 * one: `const { email, ...fields } = it.data[0]`.
 */
export function fieldReads(text: string): FieldRead[] {
  const { codes, names, patterns } = recordsOf(text);
  const reads = codes.flatMap(({ node, base }) => readsIn(node, base, names));
  return [...reads, ...patterns.flatMap(patternReads)].sort((a, b) => a.start - b.start);
}

/** Whether a template takes what is left of a record, after the fields that it names: `({ email, ...fields }) => …`. */
export function takesRest(text: string): boolean {
  return recordsOf(text).patterns.some(({ node }) => restOf(node) !== null);
}

/** `{ title, total }`, where it is given a record. */
type Pattern = { node: AnyNode; base: number };

/** The names that refer to records, and the patterns that take records apart. */
function recordsOf(text: string) {
  const { nodes } = parseTemplate(text, locator(text));
  const names = new Set<string>();
  const patterns: Pattern[] = [];
  const codes: Code[] = [];
  visitCode(nodes, (code) => codes.push(code));
  function give(target: unknown, base: number): void {
    const isPattern = isNode(target) && target.type === 'ObjectPattern';
    if (isPattern) patterns.push({ node: target, base });
    const name = isPattern ? restOf(target) : nameOf(target);
    if (name !== null) names.add(name);
  }
  visitNodes(nodes, (node) => {
    if (node.kind !== 'each' || node.parameters === null || !isRecords(node.list.node)) return;
    give(firstParameter(node.parameters.node), node.parameters.base);
  });
  for (const { node: root, base } of codes)
    walk(root, (node) => {
      for (const target of targetsIn(node, names)) give(target, base);
    });
  return { codes, names, patterns };
}

function readsIn(root: Node, base: number, records: ReadonlySet<string>): FieldRead[] {
  const reads: FieldRead[] = [];
  const seen = new Set<unknown>();
  const keys = new Map<unknown, string>();
  walk(root, (node) => {
    if (node.type === 'Property') keys.set(node['value'], memberOf(node) ?? '');
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

function patternReads({ node, base }: Pattern): FieldRead[] {
  return nodesIn(node['properties']).flatMap((property): FieldRead[] => {
    const { key } = property;
    const name = property.type === 'Property' ? memberOf(property) : null;
    if (name === null || !isNode(key)) return [];
    const start = base + key.start;
    return [{ names: [name], from: start, start, end: base + key.end, key: null }];
  });
}

/** The name of what is left of a record that a pattern takes apart. */
function restOf(pattern: AnyNode): string | null {
  const rest = nodesIn(pattern['properties']).find(({ type }) => type === 'RestElement');
  return rest === undefined ? null : nameOf(rest['argument']);
}

/** The names and patterns that a node gives a record to. */
function targetsIn(node: AnyNode, names: ReadonlySet<string>): unknown[] {
  const { id, init, callee, left, right } = node;
  if (node.type === 'VariableDeclarator') {
    if (isRecord(init, names)) return [id];
    return isNode(id) && id.type === 'ArrayPattern' && isRecords(init) ? nodesIn(id['elements']) : [];
  }
  if (node.type === 'ForOfStatement')
    return isRecords(right) && isNode(left) ? [nodesIn(left['declarations'])[0]?.['id']] : [];
  if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'MemberExpression') return [];
  return isRecords(callee['object']) && looping.has(memberOf(callee) ?? '')
    ? [firstParameter(nodesIn(node['arguments'])[0])]
    : [];
}

const firstParameter = (fn: unknown): unknown => (isNode(fn) ? nodesIn(fn['params'])[0] : undefined);

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
