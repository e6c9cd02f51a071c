import type { Problem } from '../parse/position.ts';
import { type CompiledTemplate, compileExpression, compileTemplate, type Uses } from './compile.ts';
import type { Segment } from './emitter.ts';
import { type Escape, escapeFor } from './escape.ts';
import { prelude } from './prelude.ts';
import { BOOTSTRAP, ESCAPES } from './runtime.ts';

export { decodeOutput, NOT_OURS, type RenderOutput } from './output.ts';

/** The parts that a delivery renders, as one program: mapping expressions, template, path and header values. */
export type ProgramInput = {
  template: string;
  escape: 'auto' | Escape;
  contentType: string;
  /** Path and query below the connection's base URL; may contain tags. */
  path: string;
  headers: { name: string; value: string }[];
  /**
   * Null: records are used unchanged. Otherwise each is rebuilt in this order; fields without expression are copied.
   */
  mapping: { field: string; expression?: string }[] | null;
};

/** A JavaScript script (ES2023) that sets `globalThis.__render`, a function from render input to render output. */
export type Program = {
  /** A hash of the source: equal keys mean equal programs. */
  key: string;
  source: string;
  /** The render input that is needed in addition to `data`. */
  uses: Uses;
};

/** A problem, and the part of the input that contains it: `template`, `path`, `header X`, `mapping field Y`. */
export type PlacedProblem = Problem & { in: string };

export type Composed<P = Program> = { ok: true; program: P } | { ok: false; problems: PlacedProblem[] };

/**
 * Composes the program of a delivery. Its `__render` takes JSON text `{ data: [record…], events?: [event…], meta? }`,
 * and returns a text for decodeOutput(). It never throws for an error of the template; only errors that the engine
 * can't catch (time, memory) end it. Randomness and the clock are the realm's, which the sandbox seeds.
 */
export function composeProgram(input: ProgramInput): Composed<Omit<Program, 'key'>> {
  const problems: PlacedProblem[] = [];
  const parts: Part[] = [];
  const add = (place: string, compiled: ReturnType<typeof compileTemplate>): Part | null => {
    const part = compiled.ok ? { index: parts.length, place, compiled } : null;
    if (part !== null) parts.push(part);
    if (!compiled.ok) problems.push(...compiled.problems.map((problem) => ({ ...problem, in: place })));
    return part;
  };

  const mapping = input.mapping?.map(({ field, expression }) => ({
    field,
    part: expression === undefined ? null : add(`mapping field ${field}`, compileExpression(expression)),
  }));
  const template = add('template', compileTemplate(input.template, { escape: templateEscape(input) }));
  const path = hasTags(input.path) ? add('path', compileTemplate(input.path, { escape: 'path' })) : input.path;
  const headers = input.headers.map(({ name, value }) => ({
    name,
    value: hasTags(value) ? add(`header ${name}`, compileTemplate(value, { escape: 'none' })) : value,
  }));
  if (template === null || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };

  const uses: Uses = {
    events: parts.some(({ compiled }) => compiled.uses.events),
    meta: parts.some(({ compiled }) => compiled.uses.meta),
  };
  const source = write({ escape: templateEscape(input), parts, template, path, headers, mapping });
  return { ok: true, program: { source, uses } };
}

function templateEscape(input: ProgramInput): Escape {
  return escapeFor(input.contentType, input.escape);
}

function hasTags(text: string): boolean {
  return text.includes('{{');
}

type Part = { index: number; place: string; compiled: CompiledTemplate };

type Plan = {
  escape: Escape;
  parts: Part[];
  template: Part;
  path: string | Part | null;
  headers: { name: string; value: string | Part | null }[];
  mapping: { field: string; part: Part | null }[] | undefined;
};

/** Writes the script. Everything that is known now is computed here instead of in the render. */
function write(plan: Plan): string {
  const names = new Set(plan.parts.flatMap(({ compiled }) => [...compiled.traits.names.keys()]));
  const filters = new Set(plan.parts.flatMap(({ compiled }) => [...compiled.filters]));
  const isReadOnly = plan.parts.every(({ compiled }) => compiled.traits.isReadOnly);
  const lines = ['"use strict";(()=>{', BOOTSTRAP, prelude(names, filters)];
  lines.push(`const $$e=${ESCAPES[plan.escape]},$$r=${ESCAPES.none};`);

  const maps: string[] = [];
  // The first line of the next part's code: each part starts on a line of its own, so that only the lines of its map
  // shift.
  let line = lines.join('\n').split('\n').length + 2;
  for (const part of plan.parts) {
    const { index } = part;
    const isPath = part === plan.path;
    const isHeader = plan.headers.some(({ value }) => value === part);
    const opening = isPath || isHeader ? `const $$u${index}=(($$e,$$r)=>` : `const $$u${index}=`;
    const closing = isPath ? ')($$p,$$p);' : isHeader ? ')($$plain,$$plain);' : ';';
    lines.push(opening, `${part.compiled.code}${closing}`);
    maps.push(part.compiled.segments.map((segment) => mapEntry(segment, line)).join(';'));
    line += 1 + part.compiled.code.split('\n').length;
  }

  const places = plan.parts.map(({ place }) => place);
  lines.push(`const $$places=${JSON.stringify(places)},$$maps=${JSON.stringify(maps)};`);
  const isConstant = typeof plan.path === 'string' && plan.headers.every(({ value }) => typeof value === 'string');
  const dynamic = (value: string | Part | null, finish: string) =>
    typeof value === 'string' || value === null
      ? JSON.stringify(value ?? '')
      : `($$at=${value.index},$$n=0,$$ended=false,${finish}($$u${value.index}($$it)))`;
  const path = dynamic(plan.path, '$$finishPath');
  const headers = plan.headers.map(({ name, value }) => `[${JSON.stringify(name)},${dynamic(value, '$$finishText')}]`);
  const tail = `,"path":`;
  if (isConstant) {
    const rest = JSON.stringify(`${tail}${path},"headers":[${headers.join(',')}]}\n`);
    lines.push(`const $$rest=()=>$$tail,$$tail=${rest};`);
  } else {
    lines.push(
      `const $$rest=($$it)=>{const p=${path};if($$stop!==null)return "";const h=[${headers.join(',')}];` +
        `return ${JSON.stringify(tail)}+$$json(p)+',"headers":'+$$json(h)+"}\\n"};`,
    );
  }
  lines.push(renderFunction(plan, isReadOnly), '})();');
  return lines.join('\n');
}

function renderFunction(plan: Plan, isReadOnly: boolean): string {
  const template = plan.template.index;
  const freeze = isReadOnly ? '' : '$$freeze(input.data);$$freeze(input.events);$$freeze(input.meta);';
  return `globalThis.__render=(text)=>{
$$stop=null;$$at=${template};$$n=0;
try{
const input=$$input=$$parse(text);
${freeze}
${plan.mapping === undefined ? 'const data=input.data;' : mappingCode(plan.mapping, isReadOnly)}
const $$it=${isReadOnly ? '' : '$$freezeOne'}({data,events:input.events,meta:input.meta});
$$at=${template};$$n=0;
const result=$$u${template}($$it);
if($$stop!==null)return $$stopped();
return $$output(result,$$it,$$rest);
}catch(error){return $$failed(error)}
};`;
}

function mappingCode(mapping: { field: string; part: Part | null }[], isReadOnly: boolean): string {
  const needsEvent = mapping.some(({ part }) => part !== null);
  const fields = mapping.map(({ field, part }) => {
    const key = JSON.stringify(field);
    const set = (value: string) =>
      field === '__proto__' ? `$$set(record,${key},${value})` : `record[${key}]=${value}`;
    if (part === null) return `if($$own(from,${key}))${set(`from[${key}]`)};`;
    const { index } = part;
    return `$$at=${index};$$n=0;v=$$u${index}(it);if($$stop!==null)return $$stopped();if(v!==undefined)${set('v')};`;
  });
  return `const data=[];
for(let i=0;i<input.data.length;i++){
const from=input.data[i],record={};let v;
${needsEvent ? 'const it=$$expressionInput(input.events?.[i]);' : ''}
${fields.join('\n')}
data[i]=${isReadOnly ? 'record' : '$$freeze(record)'};
}
${isReadOnly ? '' : '$$freezeOne(data);'}`;
}

/**
 * The entry in the format of the runtime: code line and column, then tag, source line and column unless generated,
 * then 1 when fixed.
 */
function mapEntry({ line, column, source, isFixed, tag }: Segment, firstLine: number): string {
  const at = `${line + firstLine - 1},${column}`;
  return source === null ? at : `${at},${tag},${source.line},${source.column}${isFixed ? ',1' : ''}`;
}
