import { recentValues } from '../../async/recent-values.ts';
import type { Compute } from '../../compute/compute.ts';
import type { ActionBody, FieldMapping } from '../../contract/documents/action.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import { type MappedField, shownValueMax } from '../../contract/records/explanation.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import { cutValue } from '../../rules/cut-value.ts';
import { compileLookup } from '../../rules/lookup.ts';
import { type Misfit, typedValue } from '../../rules/typed-value.ts';
import type { RenderJob, RenderOutcome } from '../../sandbox/sandbox.ts';
import {
  decodeOutput,
  NOT_OURS,
  type Program,
  type ProgramInput,
  type RenderOutput,
} from '../../template/compile/program.ts';
import { type TrivialForm, trivialForm } from '../../template/compile/trivial-form.ts';
import type { Document } from '../snapshot/snapshot.ts';

export type DataRecord = Record<string, unknown>;

/** The result of rendering: the parts of a request, or why there are none. */
export type Rendering =
  | { kind: 'rendered'; rendered: Rendered }
  | { kind: 'skipped'; reason: string }
  | { kind: 'failed'; reason: string; line: number | null; column: number | null };

/** The data about its delivery that a template can read. */
export type Meta = {
  deliveryId: string;
  idempotencyKey: string;
  action: { id: string; name: string } | null;
  destination: { id: string; name: string };
  time: number;
};

type RenderInput = {
  data: readonly DataRecord[];
  events: readonly { id?: unknown; data?: unknown }[];
  meta: Meta;
  /** The JSON of the data of the first event, if known. */
  dataText?: string | null;
};

/** Everything that determines the bytes of a delivery, ready to run. */
export type RenderPlan = {
  /** The record of an event, without the values of expressions. Throws MappingError. */
  record(event: Event): DataRecord;
  /** Returns a promise only when the sandbox is needed. */
  render(input: RenderInput): Rendering | Promise<Rendering>;
};

export const sendsTo = (action: ActionBody, destinationId: string): boolean =>
  action.destinations.some((row) => row.destinationId === destinationId);

/** The mapping of one destination in an action; empty (the event's data unchanged) without an action. */
export function mappingOf(action: ActionBody | null, destinationId: string) {
  return action?.destinations.find((row) => row.destinationId === destinationId)?.mapping ?? [];
}

/** Many actions and destinations have the same template, and reading one costs more than sending a delivery. */
const formOf = recentValues(1_000, trivialForm);

/** The compiler and the sandbox for programs. */
export type RenderEngine = Pick<Compute, 'compose'> & { render(job: RenderJob): Promise<RenderOutcome> };

/**
 * Compiles the mapping expressions, path, header values and template of a destination into one program, before the
 * first render that needs it. A program that does not compile (it was checked when it was saved, so only after an
 * upgrade) fails each render with its first problem. Without mapping expressions, all actions of a destination share one
 * `program`. A render rejects when the compiler or the sandbox fails, and with AppError `too_complex` when compiling takes
 * too long.
 */
export function planRender(
  engine: RenderEngine,
  action: Document<ActionBody> | null,
  destination: { id: string; body: DestinationBody },
  program = keptProgram(),
): RenderPlan {
  const { template, contentType, path, settings } = destination.body;
  const mapping = mappingOf(action?.body ?? null, destination.id);
  const record = compileMapping(mapping);
  const hasExpression = mapping.some((line) => 'expression' in line);
  const headers = settings.headers.flatMap((one) => (one.secret ? [] : [{ name: one.name, value: one.value }]));
  const hasTags = path.includes('{{') || headers.some((one) => one.value.includes('{{'));

  const trivial = hasExpression || hasTags ? null : formOf(template);
  if (trivial !== null) {
    const plain = headers.map(({ name, value }): [string, string] => [name, value]);
    return { record, render: (input) => renderNatively(trivial, input, path, plain) };
  }

  const parts = { template, escape: settings.escape, contentType, path, headers };
  const kept = hasExpression ? keptProgram() : program;
  const source = { ...parts, mapping: hasExpression ? mapping : null };
  return {
    record,
    async render(input) {
      const compiled = await kept(() => composeOne(engine, source));
      if (compiled.kind === 'failed') return compiled;
      return decode(await engine.render(renderJob(compiled.program, input)), path, headers);
    },
  };
}

type Compiled = { kind: 'program'; program: Program } | Extract<Rendering, { kind: 'failed' }>;

async function composeOne({ compose }: RenderEngine, input: ProgramInput): Promise<Compiled> {
  const failed = (reason: string) => ({ kind: 'failed' as const, reason, line: null, column: null });
  const [composed] = await compose([input]);
  if (composed?.ok === true) return { kind: 'program', program: composed.program };
  const [first] = composed?.problems ?? [];
  return first === undefined
    ? failed('does not compile')
    : { ...failed(first.message), line: first.line, column: first.column };
}

/**
 * Keeps the program that the first call makes, but not a rejection. `too_complex` is kept for a minute, so that the
 * deliveries of a destination, or the parts of a batch, do not use 5 s of the compute thread each. It may be due to a
 * stalled machine, so it is an internal error, after which a delivery is retried by its schedule. `now`: monotonic
 * milliseconds.
 */
export function keptProgram(now = () => performance.now()): (make: () => Promise<Compiled>) => Promise<Compiled> {
  let kept: Promise<Compiled> | null = null;
  let keptUntil = 0;
  return (make) => {
    if (kept !== null && now() < keptUntil) return kept;
    kept = make();
    keptUntil = Number.POSITIVE_INFINITY;
    kept.catch((error) => {
      keptUntil = error instanceof AppError && error.code === 'too_complex' ? now() + 60_000 : 0;
    });
    return kept;
  };
}

function renderJob(program: Program, input: RenderInput): RenderJob {
  const { data, events, meta } = input;
  // Data that the template does not read is not sent to the sandbox.
  return {
    program,
    input: JSON.stringify({
      data,
      ...(program.uses.events ? { events } : {}),
      ...(program.uses.meta ? { meta: { ...meta, time: new Date(meta.time).toISOString() } } : {}),
    }),
    seed: meta.deliveryId,
    nowMs: meta.time,
  };
}

function decode(outcome: RenderOutcome, path: string, headers: readonly PlainHeader[]): Rendering {
  if (outcome.kind === 'exceeded') return { kind: 'failed', reason: outcome.message, line: null, column: null };
  // The position of the error is in the program, not in the template.
  if (outcome.kind === 'threw') return { kind: 'failed', reason: outcome.message, line: null, column: null };
  const output = readOutput(outcome.output);
  if (output.kind === 'skipped') return output;
  if (output.kind === 'failed') return inItsPart(output);
  // A template can tamper with the code that writes the result: parts without tags must be as configured.
  const isOurs =
    isAsWritten(path, output.path) &&
    headers.length === output.headers.length &&
    output.headers.every(([name, value], i) => name === headers[i]?.name && isAsWritten(headers[i].value, value));
  if (!isOurs) return { kind: 'failed', reason: NOT_OURS, line: null, column: null };
  return {
    kind: 'rendered',
    rendered: { path: output.path, headers: output.headers, body: output.body, isObject: output.isObject },
  };
}

type PlainHeader = { readonly name: string; readonly value: string };

function isAsWritten(text: string, rendered: string): boolean {
  return text.includes('{{') || text === rendered;
}

/** Lines and columns refer to the template; a failure in another part has the part and its position in the reason. */
function inItsPart({ reason, line, column, in: part }: Extract<RenderOutput, { kind: 'failed' }>): Rendering {
  if (part === 'template') return { kind: 'failed', reason, line, column };
  const where = line === null ? part : `${part}, line ${line}, column ${column}`;
  return { kind: 'failed', reason: `${where}: ${reason}`, line: null, column: null };
}

function readOutput(text: string): RenderOutput {
  try {
    return decodeOutput(text);
  } catch (error) {
    // A hostile template can replace its program's output with any text; that counts as its failure.
    return {
      kind: 'failed',
      reason: error instanceof Error ? error.message : String(error),
      line: null,
      column: null,
      in: 'template',
    };
  }
}

/** The most common templates only write their records as JSON and need no sandbox. */
function renderNatively(
  { path: [, index] }: TrivialForm,
  { data, events: [event], dataText = null }: RenderInput,
  path: string,
  headers: [string, string][],
): Rendering {
  const isCopy = data.length === 1 && data[0] === event?.data;
  const record = index === undefined ? data : data[index];
  const known = isCopy && record !== undefined ? dataText : null;
  const body = known === null ? JSON.stringify(record) : index === undefined ? `[${known}]` : known;
  if (body === undefined) return { kind: 'skipped', reason: 'template returned nothing' };
  const rendered: Rendered = { path, headers, body, isObject: false };
  if (isCopy && typeof event?.id === 'string') rendered.copyOf = event.id;
  return { kind: 'rendered', rendered };
}

/**
 * The fields of a mapping that need no JavaScript, parameters and constants, in the order of the mapping. Expressions
 * are left to the program, which restores the order of all fields. An empty mapping returns the event's data unchanged.
 * A missing parameter leaves its key out. Throws MappingError for a value that does not fit the type of its field.
 */
export function compileMapping(mapping: readonly FieldMapping[]): (event: Event) => DataRecord {
  if (mapping.length === 0) return (event) => event.data;
  const steps = mapping.flatMap((line) =>
    'expression' in line ? [] : [{ field: line.field, get: mappedValue(line) }],
  );
  return (event) => {
    const entries: [string, unknown][] = [];
    for (const { field, get } of steps) {
      const value = get(event);
      if (value !== undefined) entries.push([field, value]);
    }
    // Object.fromEntries defines own properties for any name: `__proto__` is data like any other.
    return Object.fromEntries(entries);
  };
}

/** A mapped value that does not fit the type of its field. The message names field and parameter, but not the value. */
export class MappingError extends Error {}

type ValueLine = Exclude<FieldMapping, { expression: string }>;

/** The value of a line for an event, undefined when it has none. Without a type this is the lookup alone. */
function mappedValue(line: ValueLine): (event: Event) => unknown {
  const get = 'parameter' in line ? compileLookup(line.parameter) : () => line.value;
  const { as = 'text' } = line;
  if (as === 'text') return get;
  return (event) => {
    const typed = typedValue(get(event), as);
    if (!typed.ok) throw new MappingError(`mapping field ${line.field}: ${misfitText(line, typed.misfit)}`);
    return typed.value;
  };
}

/** Why the value of a line does not fit its type, as a sentence without its full stop. */
export function misfitText(line: ValueLine, misfit: Misfit): string {
  return `${'parameter' in line ? line.parameter : 'the fixed value'} ${misfits[misfit]}`;
}

const misfits: Record<Misfit, string> = {
  not_number: 'is not a number',
  inexact_number: 'has more digits than a number can keep: send it as text',
  not_boolean: 'is not a yes/no value',
  not_list: 'is not a list',
  not_json: 'is not valid JSON',
};

/** The lines of a mapping with the value of each for an event, found and converted as in deliveries. */
export function explainMapping(mapping: readonly FieldMapping[], event: Event): MappedField[] {
  return mapping.map((line) => {
    const { field } = line;
    if ('expression' in line)
      return {
        ...{ field, from: 'expression', source: line.expression },
        ...{ found: null, value: null, isCut: false, problem: null },
      };
    const isParameter = 'parameter' in line;
    const raw = isParameter ? compileLookup(line.parameter)(event) : line.value;
    const typed = typedValue(raw, line.as ?? 'text');
    return {
      field,
      from: isParameter ? 'parameter' : 'value',
      source: isParameter ? line.parameter : null,
      found: raw !== undefined,
      ...cutValue((typed.ok ? typed.value : raw) ?? null, shownValueMax.whole),
      problem: typed.ok ? null : misfitText(line, typed.misfit),
    };
  });
}
