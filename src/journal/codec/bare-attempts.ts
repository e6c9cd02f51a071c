import { erased } from '../../contract/erased-text.ts';
import { hopsHeader } from '../../contract/records/event.ts';
import {
  inExchange,
  type PackedAttempt,
  type PackedExchange,
  type PackedRequest,
  type PackedResponse,
} from './attempt-codec.ts';

/** An attempt without its bodies. `renderedBytes` is the size of a request body that equals the rendered one. */
export function withoutBodies(packed: PackedAttempt, renderedBytes: number): PackedAttempt {
  const bare: PackedAttempt = [...packed];
  const [request, response] = [packed[7], packed[8]];
  if (request !== null && request !== inExchange) bare[7] = bareRequest(request, renderedBytes);
  if (response !== null && response !== inExchange) bare[8] = bareResponse(response);
  return bare;
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
  if (request !== null) {
    const hasBody = request[3] !== null || request[4] !== undefined;
    const isOwn = (name: string) => name === hopsHeader || (hasBody && name === 'Content-Type');
    request[1] = `${URL.parse(request[1])?.origin ?? ''}/${erased}`;
    request[2] = request[2].map((header) => (isOwn(header[0]) ? header : [header[0], erased]));
  }
  if (response !== null) response[1] = response[1].map(([name]) => [name, erased]);
  return JSON.stringify([request, response]);
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
