import { setImmediate } from 'node:timers/promises';
import { jsonSize } from '../../contract/json-size.ts';

/** JSON of at most this many bytes is written at once: its text takes about a millisecond. */
const shortMax = 262_144;
/** Longer JSON is written in parts of about this many bytes. */
const partMax = 65_536;
const stepMs = 5;

/** Whether the JSON of a value is short enough to be written at once. */
export function isShort(value: unknown): boolean {
  return jsonSize(value, shortMax) <= shortMax;
}

/** The JSON of a value in parts. Other work runs in between. */
export async function jsonParts(value: unknown): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  let text = '';
  let stepEnds = performance.now() + stepMs;
  for (const piece of piecesOf(value)) {
    text += piece;
    if (text.length < partMax) continue;
    parts.push(Buffer.from(text));
    text = '';
    if (performance.now() < stepEnds) continue;
    await setImmediate();
    stepEnds = performance.now() + stepMs;
  }
  if (text !== '') parts.push(Buffer.from(text));
  return parts;
}

/** The same text as JSON.stringify, piece by piece. */
function* piecesOf(value: unknown): Generator<string> {
  if (jsonSize(value, partMax) <= partMax) yield JSON.stringify(value) ?? 'null';
  else if (typeof value === 'string') yield* piecesOfText(value);
  else if (Array.isArray(value)) {
    yield '[';
    for (const [at, item] of value.entries()) {
      if (at > 0) yield ',';
      yield* piecesOf(item);
    }
    yield ']';
  } else {
    let before = '{';
    for (const [name, member] of Object.entries(Object(value))) {
      if (member === undefined) continue;
      yield before;
      yield* piecesOf(name);
      yield ':';
      yield* piecesOf(member);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

function* piecesOfText(text: string): Generator<string> {
  yield '"';
  for (const part of textParts(text)) yield JSON.stringify(part).slice(1, -1);
  yield '"';
}

/** A text in parts. The two halves of a character outside of the basic plane stay together. */
export function* textParts(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = from + partMax;
    const to = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
    yield text.slice(from, to);
    from = to;
  }
}
