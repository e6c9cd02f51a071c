import { erased } from '../../contract/erased-text.ts';
import { type Event, hopsHeader } from '../../contract/records/event.ts';
import {
  attemptAt,
  type BlockLine,
  inExchange,
  type PackedAttempt,
  type PackedExchange,
  type PackedRequest,
  type PackedResponse,
} from './attempt-codec.ts';
import { copiesEvent, renderedOf } from './rendered-codec.ts';

/** An attempt without its bodies. `renderedBytes` is the size of a request body that equals the rendered one. */
function withoutBodies(packed: PackedAttempt, renderedBytes: number): PackedAttempt {
  const bare: PackedAttempt = [...packed];
  const { [attemptAt.request]: request, [attemptAt.response]: response } = packed;
  if (request !== null && request !== inExchange) bare[attemptAt.request] = bareRequest(request, renderedBytes);
  if (response !== null && response !== inExchange) bare[attemptAt.response] = bareResponse(response);
  return bare;
}

/** Removes the bodies from the lines of a delivery of `event`; to be called oldest line first. */
export function bodiless(event: () => Event | null): (line: BlockLine) => BlockLine {
  let renderedBytes = 0;
  return (line) => {
    const { rendered } = line;
    if (rendered !== '')
      renderedBytes = Buffer.byteLength(renderedOf(rendered, copiesEvent(rendered) ? event() : null)?.body ?? '');
    if (line.attempts === '') return { ...line, rendered: '' };
    const packed: PackedAttempt[] = JSON.parse(line.attempts);
    return { ...line, rendered: '', attempts: JSON.stringify(packed.map((one) => withoutBodies(one, renderedBytes))) };
  };
}

/** The exchange of a batch without bodies. */
export function bareExchange(text: string): string {
  const [request, response]: PackedExchange = JSON.parse(text);
  return JSON.stringify([request && bareRequest(request, 0), response && bareResponse(response)]);
}

/**
 * The exchange of a batch without anything that can have data of an erased record: without bodies, of the URL only the
 * origin, and `[erased]` for each header except the type of the body and the hops.
 */
export function anonymousExchange(text: string): string {
  const [request, response]: PackedExchange = JSON.parse(bareExchange(text));
  return JSON.stringify([request && anonymousRequest(request), response && anonymousResponse(response)]);
}

function anonymousRequest([method, url, headers, body, bytes]: PackedRequest): PackedRequest {
  const hasBody = body !== null || bytes !== undefined;
  const isOwn = (name: string) => name === hopsHeader || (hasBody && name === 'Content-Type');
  const kept = headers.map(([name, value]): [string, string] => [name, isOwn(name) ? value : erased]);
  const anonymous: PackedRequest = [method, `${URL.parse(url)?.origin ?? ''}/${erased}`, kept, body];
  if (bytes !== undefined) anonymous.push(bytes);
  return anonymous;
}

function anonymousResponse([status, headers, ...rest]: PackedResponse): PackedResponse {
  return [status, headers.map(([name]) => [name, erased]), ...rest];
}

function bareRequest(request: PackedRequest, renderedBytes: number): PackedRequest {
  const [method, url, headers, body] = request;
  if (body === null) return request;
  return [method, url, headers, null, body === 0 ? renderedBytes : Buffer.byteLength(body)];
}

function bareResponse(response: PackedResponse): PackedResponse {
  const [status, headers, body, truncated] = response;
  return body === null ? response : [status, headers, null, truncated, Buffer.byteLength(body)];
}
