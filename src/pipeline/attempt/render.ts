import { recentValues } from '../../async/recent-values.ts';
import type { Compute } from '../../compute/compute.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import type { RenderJob, RenderOutcome } from '../../sandbox/sandbox.ts';
import type { Program } from '../../template/compile/program.ts';
import { type TrivialForm, trivialForm } from '../../template/compile/trivial-form.ts';
import type { Document } from '../snapshot/snapshot.ts';
import { composeOne, keptProgram } from './kept-program.ts';
import { compileMapping, type DataRecord, mappingOf } from './mapping.ts';
import { type Rendering, readRendered } from './rendered-output.ts';

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
      return readRendered(await engine.render(renderJob(compiled.program, input)), path, headers);
    },
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
