import type { Code } from '../parse/javascript.ts';
import { type AnyNode, isNode, keyOf, nameOf, nodesIn, walk } from '../parse/walk.ts';
import { FUNCTIONS } from './reference.ts';

/** The properties of a template's JavaScript, as far as its syntax trees show. In doubt, the cautious answer. */
export type Traits = {
  /** Members of `it` that are read; null when `it` is used as a whole. */
  itMembers: Set<string> | null;
  /** Names that are used anywhere (not as keys or members), with the offset of their first use. */
  names: Map<string, number>;
  declared: Set<string>;
  /** Names that are assigned to, with the offset of the first assignment. */
  assigned: Map<string, number>;
  /** No statement can change an object that it was given, so the input need not be frozen. */
  isReadOnly: boolean;
};

export function noTraits(): Traits {
  return { itMembers: new Set(), names: new Map(), declared: new Set(), assigned: new Map(), isReadOnly: true };
}

/** Adds the properties of a template's code to `traits`. */
export function addTraits(traits: Traits, { node: root, base }: Code): void {
  walk(root, (node, parent) => {
    if (node.type === 'Identifier') addName(traits, node, parent, base);
    const declares = DECLARING.has(node.type) ? [node['id'], node['param'], ...nodesIn(node['params'])] : [];
    for (const pattern of declares) addTargets(pattern, (name) => traits.declared.add(name));
    const target = ASSIGNING.get(node.type);
    if (target !== undefined) addTargets(node[target], (name) => note(traits.assigned, name, base + node.start));
    if (traits.isReadOnly && !isHarmless(node, parent)) traits.isReadOnly = false;
  });
}

const DECLARING = new Set([
  'VariableDeclarator',
  'CatchClause',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassDeclaration',
  'ClassExpression',
]);
const ASSIGNING = new Map([
  ['AssignmentExpression', 'left'],
  ['UpdateExpression', 'argument'],
  ['ForInStatement', 'left'],
  ['ForOfStatement', 'left'],
]);

function note(places: Map<string, number>, name: string, offset: number): void {
  if (!places.has(name)) places.set(name, offset);
}

function addName(traits: Traits, node: AnyNode, parent: AnyNode | null, base: number): void {
  const name = String(node['name']);
  if (isLabel(node, parent)) return;
  note(traits.names, name, base + node.start);
  if (name === 'eval' || name === 'arguments') traits.itMembers = null;
  if (name !== 'it' || traits.itMembers === null) return;
  const member = parent === null ? null : membersRead(parent, node);
  if (member === null) traits.itMembers = null;
  else for (const key of member) traits.itMembers.add(key);
}

/** Whether an identifier only names a member, key or label. */
function isLabel(node: AnyNode, parent: AnyNode | null): boolean {
  if (parent === null) return false;
  if (parent['label'] === node || parent.type === 'MetaProperty') return true;
  if (parent['computed'] === true || parent['shorthand'] === true) return false;
  return parent['key'] === node || (parent.type === 'MemberExpression' && parent['property'] === node);
}

/** The members of `it` that its parent reads: `it.a`, `it['a']`, `const { a } = it`; null for any other use. */
function membersRead(parent: AnyNode, it: AnyNode): string[] | null {
  const pattern = parent['id'];
  let keys: (string | number | null)[] = [null];
  if (parent.type === 'MemberExpression' && parent['object'] === it) keys = [keyOf(parent)];
  else if (parent['init'] === it && isNode(pattern) && pattern.type === 'ObjectPattern')
    keys = nodesIn(pattern['properties']).map((one) => (one.type === 'Property' ? keyOf(one) : null));
  return keys.every((key) => key !== null) ? keys.map(String) : null;
}

/** The names that a pattern binds or assigns. */
function addTargets(pattern: unknown, add: (name: string) => void): void {
  if (!isNode(pattern)) return;
  if (pattern.type === 'Identifier') add(String(pattern['name']));
  else if (pattern.type === 'AssignmentPattern') addTargets(pattern['left'], add);
  else if (pattern.type === 'RestElement') addTargets(pattern['argument'], add);
  else if (pattern.type === 'ParenthesizedExpression') addTargets(pattern['expression'], add);
  else if (pattern.type === 'ArrayPattern') for (const item of nodesIn(pattern['elements'])) addTargets(item, add);
  else if (pattern.type === 'ObjectPattern') {
    for (const item of nodesIn(pattern['properties'])) addTargets(item.type === 'Property' ? item['value'] : item, add);
  }
}

const HARMLESS_TYPES = new Set(
  (
    'Program ExpressionStatement ReturnStatement IfStatement BlockStatement EmptyStatement VariableDeclaration ' +
    'VariableDeclarator Identifier Literal TemplateLiteral TemplateElement ConditionalExpression LogicalExpression ' +
    'BinaryExpression ParenthesizedExpression ChainExpression ArrayExpression ObjectExpression Property SpreadElement ' +
    'ArrowFunctionExpression ObjectPattern ArrayPattern'
  ).split(' '),
);
const PURE_FUNCTIONS = new Set([
  ...FUNCTIONS,
  ...['String', 'Number', 'Boolean', 'encodeURIComponent', 'parseInt', 'parseFloat'],
]);
const PURE_OF: Record<string, Set<string>> = {
  JSON: new Set(['stringify']),
  Object: new Set(['keys', 'values', 'entries', 'fromEntries']),
  Math: new Set(['round', 'floor', 'ceil', 'min', 'max', 'abs', 'trunc']),
};
const PURE_METHODS = new Set(
  (
    'map filter find some every includes indexOf join slice flatMap toUpperCase toLowerCase trim split startsWith endsWith ' +
    'padStart padEnd toFixed toString replace replaceAll substring concat repeat at'
  ).split(' '),
);
const UNSAFE_GLOBALS = new Set(['Reflect', 'Proxy', 'Atomics', 'Function', 'globalThis', 'eval', 'arguments']);
// Even uncalled, these could be passed to a function that calls them: `[1].map([].push, it.data)`.
const UNSAFE_MEMBERS = new Set(
  (
    '__proto__ constructor prototype push pop shift unshift splice sort reverse fill copyWithin set add delete clear assign ' +
    'call apply bind __defineGetter__ __defineSetter__'
  ).split(' '),
);

/** True for nodes that, together with only such nodes, can't change an object that the template was given. */
function isHarmless(node: AnyNode, parent: AnyNode | null): boolean {
  const isCallee = parent?.type === 'CallExpression' && parent['callee'] === node;
  const name = nameOf(node);
  if (name !== null) {
    const isOfMember = parent?.type === 'MemberExpression';
    if (isOfMember && parent['property'] === node && parent['computed'] !== true) return !UNSAFE_MEMBERS.has(name);
    // A global object or function may only be called directly: if it is passed on, it could do anything.
    if (Object.hasOwn(PURE_OF, name)) return isOfMember && parent['object'] === node;
    return PURE_FUNCTIONS.has(name) ? isCallee : !UNSAFE_GLOBALS.has(name);
  }
  if (node.type === 'UnaryExpression') return node['operator'] !== 'delete';
  if (node.type === 'MemberExpression') {
    if (Object.hasOwn(PURE_OF, nameOf(node['object']) ?? '')) return isCallee;
    const key = keyOf(node);
    return node['computed'] !== true || (key !== null && !UNSAFE_MEMBERS.has(String(key)));
  }
  if (node.type === 'CallExpression') return isPureCall(node['callee']);
  return HARMLESS_TYPES.has(node.type);
}

function isPureCall(callee: unknown): boolean {
  const name = nameOf(callee);
  if (name !== null) return PURE_FUNCTIONS.has(name);
  if (!isNode(callee) || callee.type !== 'MemberExpression') return false;
  const key = String(keyOf(callee) ?? '');
  const owner = nameOf(callee['object']) ?? '';
  return Object.hasOwn(PURE_OF, owner) ? PURE_OF[owner]?.has(key) === true : PURE_METHODS.has(key);
}
