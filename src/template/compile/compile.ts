import { findingsInCode, findingsOf, undeclared } from '../check/findings.ts';
import { addTraits, noTraits, type Traits } from '../check/traits.ts';
import { parseExpression, parseProgram } from '../parse/javascript.ts';
import { parseTemplate, visitCode, visitNodes } from '../parse/parser.ts';
import { type Locate, locator, type Problem, TemplateError } from '../parse/position.ts';
import { scanExpression } from '../parse/scanner.ts';
import { asTemplateError } from '../parse/tag-end.ts';
import type { Finding, TemplateNode } from '../parse/tag-script.ts';
import { emitTemplate } from './emit.ts';
import { type Emitted, emitter, originOf, type Segment } from './emitter.ts';
import type { Escape } from './escape.ts';

/** The inputs of a render that the code reads in addition to `it.data`. */
export type Uses = { events: boolean; meta: boolean };

/** A compiled template: the source of a function expression with the parameter `it`, and its properties. */
export type CompiledTemplate = {
  ok: true;
  code: string;
  uses: Uses;
  segments: Segment[];
  filters: Set<string>;
  traits: Traits;
  warnings: Problem[];
};

type NotCompiled = { ok: false; problems: Problem[] };

/**
 * Compiles a template. The code calls `$$e` (escape) and `$$r` (raw) on inserted values, `$$f.<name>` for filters and
 * `$$end` on the finished text; composeProgram() adds the definitions of these.
 *
 * @param options.escape the escaping of `$$e`. `path` is for URL paths, where even raw values are encoded.
 */
export function compileTemplate(text: string, options: { escape: Escape | 'path' }): CompiledTemplate | NotCompiled {
  const locate = locator(text);
  const parsed = parseTemplate(text, locate);
  const { nodes } = parsed;
  const traits = noTraits();
  visitCode(nodes, (code) => addTraits(traits, code));
  const findings = parsed.findings.concat(findingsOf(nodes, traits, options.escape));
  if (hasErrors(findings)) return { ok: false, problems: inOrder(findings, locate) };

  const names = undeclared(traits).map(([name]) => name);
  const emitted = emitTemplate(text, nodes, names, locate);
  return finished(emitted, { uses: usesOf(traits), filters: filtersOf(nodes), traits }, inOrder(findings, locate));
}

/** Compiles the expression of a field mapping to a function expression of `it`. */
export function compileExpression(text: string): CompiledTemplate | NotCompiled {
  const locate = locator(text);
  try {
    const code = parseExpression(scanExpression(text, locate));
    const traits = noTraits();
    addTraits(traits, code);
    const findings = findingsInCode(code, traits);
    if (hasErrors(findings)) return { ok: false, problems: inOrder(findings, locate) };
    const out = emitter();
    out.generated('function(it){return(');
    const start = code.base + code.node.start;
    out.verbatim(text.slice(start, code.base + code.node.end), locate(start));
    out.generated('\n)}');
    return finished(out.finish(), { uses: { events: true, meta: false }, filters: new Set(), traits }, []);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { ok: false, problems: [{ ...locate(error.offset), message: error.message, severity: 'error' }] };
  }
}

function finished(
  emitted: Emitted,
  properties: Pick<CompiledTemplate, 'uses' | 'filters' | 'traits'>,
  warnings: Problem[],
): CompiledTemplate | NotCompiled {
  const conflict = findConflict(emitted);
  return conflict === null
    ? { ok: true, ...emitted, ...properties, warnings }
    : { ok: false, problems: [conflict, ...warnings] };
}

function filtersOf(nodes: TemplateNode[]): Set<string> {
  const names = new Set<string>();
  visitNodes(nodes, (node) => {
    if (node.kind === 'value') for (const { name } of node.filters) names.add(name);
  });
  return names;
}

function usesOf(traits: Traits): Uses {
  const reads = (name: string) => traits.itMembers === null || traits.itMembers.has(name);
  return { events: reads('events'), meta: reads('meta') };
}

function hasErrors(findings: Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** Further problems would only hide the first ones. */
const problemsMax = 100;

function inOrder(findings: Finding[], locate: Locate): Problem[] {
  const sorted = findings.toSorted((a, b) => a.offset - b.offset);
  return sorted
    .slice(0, problemsMax)
    .map(({ offset, message, severity }) => ({ ...locate(offset), message, severity }));
}

/** Parses the whole function, which finds names declared in two tags and other conflicts between tags. */
function findConflict({ code, segments }: Emitted): Problem | null {
  try {
    parseProgram(`(${code})`);
    return null;
  } catch (error) {
    const known = asTemplateError(error, 0);
    if (!(known instanceof TemplateError)) throw known;
    // The parsed text has one bracket before the code.
    const before = code.slice(0, Math.max(0, known.offset - 1));
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    const place = originOf(segments, line, column) ?? { line: 1, column: 1 };
    return { ...place, message: known.message, severity: 'error' };
  }
}
