import { parseTemplate } from '../parse/parser.ts';
import { locator } from '../parse/position.ts';
import { type AnyNode, isNode } from '../parse/walk.ts';

/** A template that only outputs part of its input as JSON; the host can do that without running it. */
export type TrivialForm = {
  kind: 'stringify';
  /** The path of the value in `it`. */
  path: ['data'] | ['data', 0];
};

/**
 * Recognises `{{! return JSON.stringify(it.data[0]); }}`, the same with `it.data`, `{{* JSON.stringify(…) }}` and
 * `{{* … | json }}`, whatever their spacing. Null for everything else. A missing value gives *template returned
 * nothing*, like the program.
 */
export function trivialForm(template: string): TrivialForm | null {
  if (template.length > LENGTH_MAX) return null;
  const { nodes, findings } = parseTemplate(template, locator(template));
  const [only, more] = nodes;
  if (only === undefined || more !== undefined || findings.length > 0) return null;
  if (only.kind === 'statements') {
    const body = listOf(only.code.tree.node, 'body');
    const returned = body.length === 1 && body[0]?.type === 'ReturnStatement' ? body[0]['argument'] : null;
    return stringified(returned);
  }
  if (only.kind !== 'value' || !only.isRaw) return null;
  const value = only.code.tree.node;
  const [filter, other] = only.filters;
  if (filter === undefined) return stringified(value);
  const path = filter.name === 'json' && filter.args === null && other === undefined ? pathOf(value) : null;
  return path === null ? null : { kind: 'stringify', path };
}

const LENGTH_MAX = 200;

/** `JSON.stringify(path)` */
function stringified(node: unknown): TrivialForm | null {
  if (!isNode(node) || node.type !== 'CallExpression' || node['optional'] === true) return null;
  const args = listOf(node, 'arguments');
  if (args.length !== 1 || !isMember(node['callee'], 'JSON', 'stringify')) return null;
  const path = pathOf(args[0]);
  return path === null ? null : { kind: 'stringify', path };
}

/** `it.data` or `it.data[0]` */
function pathOf(node: unknown): TrivialForm['path'] | null {
  if (isMember(node, 'it', 'data')) return ['data'];
  if (!isNode(node) || node.type !== 'MemberExpression' || node['computed'] !== true || node['optional'] === true)
    return null;
  const index = node['property'];
  if (!isNode(index) || index.type !== 'Literal' || !isMember(node['object'], 'it', 'data')) return null;
  return index['value'] === 0 ? ['data', 0] : null;
}

function isMember(node: unknown, object: string, property: string): boolean {
  if (!isNode(node) || node.type !== 'MemberExpression' || node['computed'] === true || node['optional'] === true)
    return false;
  return isName(node['object'], object) && isName(node['property'], property);
}

function isName(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === name;
}

function listOf(node: AnyNode | object, field: string): AnyNode[] {
  const value: unknown = field in node ? Object.getOwnPropertyDescriptor(node, field)?.value : undefined;
  return Array.isArray(value) ? value.filter(isNode) : [];
}
