import type { Node } from 'acorn';
import { type Emitted, emitter, originOf, type Segment } from './emitter.ts';
import type { Escape } from './escape.ts';
import { parseExpression, parseProgram } from './javascript.ts';
import { parseTemplate, type TemplateNode } from './parser.ts';
import { type Locate, locator, type Problem, TemplateError } from './position.ts';
import { FUNCTIONS } from './reference.ts';
import { scanExpression } from './scanner.ts';
import { asTemplateError } from './tag-end.ts';
import type { Code, Finding } from './tag-script.ts';
import { addTraits, noTraits, type Traits } from './traits.ts';
import { walk } from './walk.ts';

/** Which inputs of a render the code reads beside `it.data`. */
export type Uses = { events: boolean; meta: boolean };

/** A compiled template: the text of a function expression of one parameter, `it`, with what the program needs to know. */
export type CompiledTemplate = {
  ok: true;
  code: string;
  uses: Uses;
  segments: Segment[];
  filters: Set<string>;
  traits: Traits;
  warnings: Problem[];
};

export type NotCompiled = { ok: false; problems: Problem[] };

/**
 * Compiles a template. The code calls `$$e` (escape) and `$$r` (raw) on inserted values, `$$f.<name>` for filters and
 * `$$end` on the finished text; composeProgram() surrounds it with these.
 *
 * @param options.escape what `$$e` will do. `path` stands for URL paths, where even raw values are encoded.
 */
export function compileTemplate(text: string, options: { escape: Escape | 'path' }): CompiledTemplate | NotCompiled {
  const locate = locator(text);
  const { nodes, findings } = parseTemplate(text, locate);
  const traits = noTraits();
  const filters = new Set<string>();
  visitCode(nodes, (code) => addTraits(traits, code.tree.node, code.tree.base));
  warn(nodes, traits, options.escape, findings);
  if (hasErrors(findings)) return { ok: false, problems: inOrder(findings, locate) };

  const emitted = emitTemplate(text, nodes, locate, { filters, traits });
  const conflict = findConflict(emitted);
  if (conflict !== null) return { ok: false, problems: [conflict, ...inOrder(findings, locate)] };
  return {
    ok: true,
    ...emitted,
    uses: usesOf(traits),
    filters,
    traits,
    warnings: inOrder(findings, locate),
  };
}

/** Compiles the expression of a field mapping to a function expression of `it`. */
export function compileExpression(text: string): CompiledTemplate | NotCompiled {
  const locate = locator(text);
  try {
    const tree = parseExpression(scanExpression(text, locate));
    const traits = noTraits();
    addTraits(traits, tree.node, tree.base);
    const out = emitter();
    out.generated('function(it){return(');
    const start = tree.base + tree.node.start;
    out.verbatim(text.slice(start, tree.base + tree.node.end), locate(start));
    out.generated('\n)}');
    const emitted = out.finish();
    const conflict = findConflict(emitted);
    if (conflict !== null) return { ok: false, problems: [conflict] };
    return { ok: true, ...emitted, uses: { events: true, meta: false }, filters: new Set(), traits, warnings: [] };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { ok: false, problems: [{ ...locate(error.offset), message: error.message, severity: 'error' }] };
  }
}

function usesOf(traits: Traits): Uses {
  const reads = (name: string) => traits.itMembers === null || traits.itMembers.has(name);
  return { events: reads('events'), meta: reads('meta') };
}

function hasErrors(findings: Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

function inOrder(findings: Finding[], locate: Locate): Problem[] {
  const sorted = findings.toSorted((a, b) => a.offset - b.offset);
  return sorted.map(({ offset, message, severity }) => ({ ...locate(offset), message, severity }));
}

/** Parses the whole function: names that are declared twice by different tags, and whatever else shows only then. */
function findConflict({ code, segments }: Emitted): Problem | null {
  try {
    parseProgram(`(${code})`);
    return null;
  } catch (error) {
    const known = asTemplateError(error, 0);
    if (!(known instanceof TemplateError)) throw known;
    // One bracket was put before the code.
    const before = code.slice(0, Math.max(0, known.offset - 1));
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    const place = originOf(segments, line, column) ?? { line: 1, column: 1 };
    return { ...place, message: known.message, severity: 'error' };
  }
}

function visitCode(nodes: TemplateNode[], visit: (code: Code) => void): void {
  const see = (code: Code | null) => code !== null && visit(code);
  for (const node of nodes) {
    if (node.kind === 'statements') see(node.code);
    if (node.kind === 'value') {
      see(node.code);
      for (const filter of node.filters) see(filter.args);
    }
    if (node.kind === 'if') {
      for (const branch of node.branches) {
        see(branch.condition);
        visitCode(branch.body, visit);
      }
    }
    if (node.kind === 'each' || node.kind === 'foreach') {
      see(node.list);
      see(node.parameters);
      visitCode(node.body, visit);
    }
  }
}

function warn(nodes: TemplateNode[], traits: Traits, mode: Escape | 'path', findings: Finding[]): void {
  for (const [name, offset] of undeclared(traits)) {
    findings.push({ offset, message: `\`${name}\` is never declared: write \`let ${name} = …\``, severity: 'warning' });
  }
  let before = '';
  for (const node of nodes) {
    if (
      node.kind === 'value' &&
      !node.isRaw &&
      mode === 'json' &&
      node.filters.at(-1)?.name === 'json' &&
      !/"$/.test(before)
    ) {
      const message = 'JSON is escaped once more here: write `{{* … | json }}` to insert it as it is';
      findings.push({ offset: node.start, message, severity: 'warning' });
    }
    before = node.kind === 'text' ? node.value : '';
  }
  visitCode(nodes, ({ tree }) => {
    walk(tree.node, (node) => {
      const message = REFUSED[node.type];
      if (message !== undefined) findings.push({ offset: tree.base + node.start, message, severity: 'error' });
      const target = node.type === 'AssignmentExpression' ? node['left'] : null;
      if (isInputMember(target) && !traits.declared.has('it')) {
        const advice = '`it` is read-only. Copy first: `const record = { ...it.data[0] };`';
        findings.push({ offset: tree.base + node.start, message: advice, severity: 'warning' });
      }
    });
  });
}

const REFUSED: Record<string, string> = {
  ImportExpression: '`import` is not available in templates',
  AwaitExpression: '`await` does not work here: a template runs in one go',
};

/** `it.data…` as what is assigned to. */
function isInputMember(target: unknown): boolean {
  let at = target;
  let depth = 0;
  // Nodes are looked at by field names: the walkers' view of a tree.
  while (typeof at === 'object' && at !== null && 'object' in at) {
    at = at.object;
    depth++;
  }
  return depth > 0 && typeof at === 'object' && at !== null && 'name' in at && at.name === 'it';
}

/** Names that are assigned without being declared anywhere: declared by the generated code, since it runs strictly. */
function undeclared({ assigned, declared }: Traits): [string, number][] {
  return [...assigned].filter(([name]) => !declared.has(name) && !FUNCTIONS.has(name) && name !== 'it');
}

type Need = { filters: Set<string>; traits: Traits };

function emitTemplate(text: string, nodes: TemplateNode[], locate: Locate, need: Need): Emitted {
  const out = emitter();
  let loops = 0;
  let tags = 0;
  // The running code notes which tag it is in: engines do not know the place of every error.
  const tag = (): string => {
    out.tag(tags);
    return `$$n=${tags++}`;
  };
  const source = (code: { start: number; end: number }) =>
    out.verbatim(text.slice(code.start, code.end), locate(code.start));

  const emitAll = (list: TemplateNode[]): void => list.forEach(emitNode);
  const emitNode = (node: TemplateNode): void => {
    if (node.kind === 'text') out.generated(`$$o+=${JSON.stringify(node.value)};`);
    else if (node.kind === 'statements') {
      out.generated(`${tag()};`);
      source(node.code);
      out.generated('\n;');
    } else if (node.kind === 'value') {
      out.generated(`${tag()};`);
      out.generated(`$$o+=${node.isRaw ? '$$r(' : '$$e('}`, locate(node.code.tree.base + node.code.tree.node.start));
      for (const { name, start } of node.filters.toReversed()) {
        need.filters.add(name);
        out.generated(`$$f.${name}(`, locate(start));
      }
      emitExpression(node.code);
      for (const { args } of node.filters) {
        if (args !== null) {
          out.generated(',');
          source(args);
          out.generated('\n');
        }
        out.generated(')');
      }
      out.generated(');');
    } else if (node.kind === 'if') {
      node.branches.forEach(({ condition, body }, index) => {
        out.generated(index === 0 ? 'if' : '}else');
        if (condition !== null) {
          out.generated(`${index === 0 ? '' : ' if'}(${tag()},`);
          emitExpression(condition);
          out.generated(')');
        }
        out.generated('{');
        emitAll(body);
      });
      out.generated('}');
    } else emitLoop(node);
  };
  const emitExpression = (code: Code): void => {
    source({ start: code.tree.base + code.tree.node.start, end: code.tree.base + code.tree.node.end });
  };
  const emitLoop = (node: Extract<TemplateNode, { kind: 'each' | 'foreach' }>): void => {
    const id = loops++;
    const [list, index] = [`$$l${id}`, `$$i${id}`];
    const number = tag();
    out.generated(`{${number};const ${list}=`);
    emitExpression(node.list);
    out.generated(
      node.kind === 'each'
        ? `;if(${list}!=null)for(let ${index}=0;${index}<${list}.length;${index}++){`
        : `;for(const ${index} in ${list})if($$own(${list},${index})){`,
    );
    const values = node.kind === 'each' ? [`${list}[${index}]`, index] : [index, `${list}[${index}]`];
    emitParameters(node.parameters, values, number);
    emitAll(node.body);
    out.generated('}}');
  };
  const emitParameters = (code: Code | null, values: string[], number: string): void => {
    if (code === null) return;
    const parameters = parametersOf(code);
    if (parameters.length === 0) return;
    const isPlain = parameters.length <= 2 && parameters.every(({ type }) => type === 'Identifier');
    // Destructuring has the defaults and rests that parameters may have; plain names are faster without.
    out.generated(isPlain ? 'let ' : `${number};let [`);
    parameters.forEach((parameter, position) => {
      if (position > 0) out.generated(',');
      source({ start: code.tree.base + parameter.start, end: code.tree.base + parameter.end });
      if (isPlain) out.generated(`=${values[position]}`);
    });
    out.generated(isPlain ? ';' : `]=[${values.join(',')}];`);
  };

  out.generated('function(it){let $$o="";');
  const names = undeclared(need.traits).map(([name]) => name);
  if (names.length > 0) out.generated(`let ${names.join(',')};`);
  emitAll(nodes);
  out.generated('return $$end($$o)}');
  return out.finish();
}

function parametersOf(code: Code): Node[] {
  const { node } = code.tree;
  // parseParameters() makes an arrow function, whose parameters are nodes.
  return 'params' in node && Array.isArray(node.params) ? (node.params as Node[]) : [];
}
