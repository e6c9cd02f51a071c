import type { Node } from 'acorn';

/** A node of any type, with open fields: the walkers here access fields by name. */
export type AnyNode = Node & { [field: string]: unknown };

/** The child nodes of a node, in source order of its fields. */
function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node)) {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) found.push(item);
  }
  return found;
}

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The nodes of a list; empty for any other value. */
export function nodesIn(value: unknown): AnyNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier; null for anything else. */
export function nameOf(node: unknown): string | null {
  return isNode(node) && node.type === 'Identifier' ? String(node['name']) : null;
}

/** The constant key of a member (`a.key`, `a['key']`, `a[0]`) or of a property in an object or pattern; else null. */
export function keyOf(node: unknown): string | number | null {
  if (!isNode(node)) return null;
  const key = node['property'] ?? node['key'];
  const name = node['computed'] === true ? null : nameOf(key);
  const value = isNode(key) && key.type === 'Literal' ? key['value'] : null;
  return name ?? (typeof value === 'number' ? value : value === null ? null : String(value));
}

/** Calls `visit` for every node below and including `root`, parents first, without recursion. */
export function walk(root: Node, visit: (node: AnyNode, parent: AnyNode | null) => void): void {
  const open: { node: AnyNode; parent: AnyNode | null }[] = [];
  if (isNode(root)) open.push({ node: root, parent: null });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    visit(next.node, next.parent);
    const below = children(next.node);
    for (let index = below.length - 1; index >= 0; index--) {
      const node = below[index];
      if (node !== undefined) open.push({ node, parent: next.node });
    }
  }
}

/**
 * The depth of a tree; stops counting past `limit`. Left-hand chains (`a.b.c`, `a + b + c`, `f()()`) count once,
 * since engines parse them in a loop.
 */
export function astDepth(root: Node, limit: number): number {
  let deepest = 0;
  const open: { node: AnyNode; depth: number }[] = isNode(root) ? [{ node: root, depth: 1 }] : [];
  for (let next = open.pop(); next !== undefined && deepest <= limit; next = open.pop()) {
    deepest = Math.max(deepest, next.depth);
    const { node, depth } = next;
    const chained = node.type === 'NewExpression' ? null : (node['left'] ?? node['object'] ?? node['callee']);
    for (const child of children(node)) open.push({ node: child, depth: child === chained ? depth : depth + 1 });
  }
  return deepest;
}
