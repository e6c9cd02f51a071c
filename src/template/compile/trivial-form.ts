import { parseTemplate } from '../parse/parser.ts';
import { locator } from '../parse/position.ts';
import { isNode, keyOf, nameOf, nodesIn } from '../parse/walk.ts';

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
  if (template.length > lengthMax) return null;
  const { nodes, findings } = parseTemplate(template, locator(template));
  const [only, more] = nodes;
  if (only === undefined || more !== undefined || findings.length > 0) return null;
  if (only.kind === 'statements') {
    const { node } = only.code;
    const body = isNode(node) ? nodesIn(node['body']) : [];
    return stringified(body.length === 1 && body[0]?.type === 'ReturnStatement' ? body[0]['argument'] : null);
  }
  if (only.kind !== 'value' || !only.isRaw) return null;
  const value = only.code.node;
  const [filter, other] = only.filters;
  if (filter === undefined) return stringified(value);
  return filter.name === 'json' && filter.args === null && other === undefined ? formOf(value) : null;
}

const lengthMax = 200;

/** `JSON.stringify(path)` */
function stringified(node: unknown): TrivialForm | null {
  if (!isNode(node) || node.type !== 'CallExpression' || node['optional'] === true) return null;
  const [value, more] = nodesIn(node['arguments']);
  return more === undefined && isMember(node['callee'], 'JSON', 'stringify') ? formOf(value) : null;
}

/** `it.data` or `it.data[0]` */
function formOf(node: unknown): TrivialForm | null {
  if (isMember(node, 'it', 'data')) return { kind: 'stringify', path: ['data'] };
  if (!isNode(node) || node.type !== 'MemberExpression' || node['computed'] !== true || node['optional'] === true)
    return null;
  return keyOf(node) === 0 && isMember(node['object'], 'it', 'data') ? { kind: 'stringify', path: ['data', 0] } : null;
}

function isMember(node: unknown, object: string, property: string): boolean {
  if (!isNode(node) || node.type !== 'MemberExpression' || node['computed'] === true || node['optional'] === true)
    return false;
  return nameOf(node['object']) === object && nameOf(node['property']) === property;
}
