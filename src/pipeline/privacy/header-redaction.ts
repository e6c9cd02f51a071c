import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Attempt } from '../../contract/records/delivery.ts';

/** What stands in the log, in previews and in cURL instead of a secret header's value. */
const masked = '[secret]';

const alwaysSecret = /^(?:(?:proxy-)?authorization|cookie)$/i;

/** The headers of a request as people may see them: credentials and headers that are marked secret are masked. */
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

/** In lower case; null: none is marked, as mostly. */
function secretNames(connection: ConnectionBody, destination: DestinationBody): Set<string> | null {
  const [below, above] = [connection.settings.headers, destination.settings.headers];
  if (below.length === 0 && above.length === 0) return null;
  return new Set([...below, ...above].filter((one) => one.secret).map((one) => one.name.toLowerCase()));
}

/**
 * An exchange without the secrets that `scrub` knows: in addresses, header values, bodies and words of errors. The same
 * object when there are none, as mostly.
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

/** The same for a request by itself. */
export function scrubRequest<R extends Message & { url: string }>(request: R, scrub: (text: string) => string): R {
  const url = scrub(request.url);
  return scrubMessage(url === request.url ? request : { ...request, url }, scrub);
}

function scrubMessage<M extends Message>(message: M, scrub: (text: string) => string): M {
  const body = message.body && scrub(message.body);
  if (body === message.body && message.headers.every(([, value]) => scrub(value) === value)) return message;
  return { ...message, headers: message.headers.map(([name, value]) => [name, scrub(value)]), body };
}
