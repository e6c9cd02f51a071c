import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Attempt } from '../../contract/records/delivery.ts';

/** Replaces the value of a secret header in the log, in previews and in cURL commands. */
const masked = '[secret]';

const alwaysSecret = /^(?:(?:proxy-)?authorization|cookie)$/i;

/** The headers of a request for people: credentials and secret headers are masked. */
export function maskHeaders(
  headers: readonly [string, string][],
  connection: ConnectionBody,
  destination: DestinationBody,
): [string, string][] {
  const secret = secretNames(connection, destination);
  return headers.map((header) => {
    const [name, value] = header;
    if (!alwaysSecret.test(name) && secret?.has(name.toLowerCase()) !== true) return header;
    if (name.toLowerCase() !== 'authorization') return [name, masked];
    return [
      name,
      value.replace(/^(?:(\S+) )?.*$/s, (_, scheme) => (scheme === undefined ? masked : `${scheme} ${masked}`)),
    ];
  });
}

/** In lower case; null: no header is secret, as usual. */
function secretNames(connection: ConnectionBody, destination: DestinationBody): Set<string> | null {
  const [below, above] = [connection.settings.headers, destination.settings.headers];
  if (below.length === 0 && above.length === 0) return null;
  return new Set([...below, ...above].filter((one) => one.secret).map((one) => one.name.toLowerCase()));
}

/**
 * An attempt without the secrets that `scrub` knows, in URLs, header values, bodies and error messages. The same object
 * when there are none, as usual.
 */
export function scrubAttempt(attempt: Attempt, scrub: (text: string) => string): Attempt {
  const request = attempt.request && scrubRequest(attempt.request, scrub);
  const response = attempt.response && scrubMessage(attempt.response, scrub);
  const message = attempt.error && scrub(attempt.error.message);
  if (request === attempt.request && response === attempt.response && message === (attempt.error?.message ?? null))
    return attempt;
  const error = attempt.error && { ...attempt.error, message: message ?? '' };
  return { ...attempt, request, response, error };
}

type Message = { headers: [string, string][]; body: string | null };

/** A request without the secrets that `scrub` knows. */
export function scrubRequest<R extends Message & { url: string }>(request: R, scrub: (text: string) => string): R {
  const url = scrub(request.url);
  return scrubMessage(url === request.url ? request : { ...request, url }, scrub);
}

function scrubMessage<M extends Message>(message: M, scrub: (text: string) => string): M {
  const body = message.body && scrub(message.body);
  if (body === message.body && message.headers.every(([, value]) => scrub(value) === value)) return message;
  return { ...message, headers: message.headers.map(([name, value]) => [name, scrub(value)]), body };
}
