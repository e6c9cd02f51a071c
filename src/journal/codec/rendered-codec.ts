import { placeOf } from '../../contract/ids.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Rendered } from '../../contract/records/rendered.ts';

/** `body` 0: the JSON of the data of the delivery's event; 1: of a list with only that. */
type PackedRendered = [path: string, headers: [string, string][], body: string | 0 | 1, isObject: 0 | 1];

export function renderedText({ path, headers, body, isObject, copyOf }: Rendered): string {
  const isCopy = copyOf !== undefined && placeOf('event', copyOf) !== null;
  const packed: PackedRendered = [path, headers, isCopy ? (body.startsWith('[') ? 1 : 0) : body, isObject ? 1 : 0];
  return JSON.stringify(packed);
}

/** Whether the text has a reference to the event of its delivery in place of the body. */
export const copiesEvent = (text: string): boolean => ownBody(text) === undefined;

/** The body that the text has itself; undefined when it refers to the event of its delivery. */
export function ownBody(text: string): string | undefined {
  const [, , body]: PackedRendered = JSON.parse(text);
  return typeof body === 'string' ? body : undefined;
}

/** `event`: that of the delivery. Null when the text refers to an event that is missing. */
export function renderedOf(text: string, event: Event | null): Rendered | null {
  const [path, headers, body, isObject]: PackedRendered = JSON.parse(text);
  if (typeof body === 'string') return { path, headers, body, isObject: isObject === 1 };
  if (event === null) return null;
  const { id, data } = event;
  return { path, headers, body: JSON.stringify(body === 0 ? data : [data]), isObject: isObject === 1, copyOf: id };
}

/** The text with the body in place of a reference to the event; null when that is missing. */
export function withoutReference(text: string, event: Event | null): string | null {
  const rendered = renderedOf(text, event);
  if (rendered === null) return null;
  const { copyOf: _, ...whole } = rendered;
  return renderedText(whole);
}
