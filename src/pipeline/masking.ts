import type { ConnectionBody } from '../contract/connection.ts';
import type { Attempt } from '../contract/delivery.ts';
import type { DestinationBody } from '../contract/destination.ts';

/** What stands in the log, in previews and in cURL instead of a secret header's value. */
export const masked = '[secret]';

const alwaysSecret = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** The headers of a request as people may see them: credentials and headers that are marked secret are masked. */
export function maskHeaders(
  headers: readonly (readonly [string, string])[],
  connection: ConnectionBody,
  destination: DestinationBody,
): [string, string][] {
  const own = [...connection.settings.headers, ...destination.settings.headers];
  const secret =
    own.length === 0 ? null : new Set(own.filter((one) => one.secret).map((one) => one.name.toLowerCase()));
  return headers.map(([name, value]) => {
    const key = name.toLowerCase();
    if (key === 'authorization')
      return [
        name,
        value.replace(/^(?:(\S+) )?.*$/s, (_, scheme) => (scheme === undefined ? masked : `${scheme} ${masked}`)),
      ];
    return [name, alwaysSecret.has(key) || secret?.has(key) === true ? masked : value];
  });
}

/** An exchange without the secrets that `scrub` knows: in addresses, header values, bodies and words of errors. */
export function scrubAttempt(attempt: Attempt, scrub: (text: string) => string): Attempt {
  const { request, response, error } = attempt;
  return {
    ...attempt,
    request: request && scrubRequest(request, scrub),
    response: response && { ...response, ...scrubMessage(response, scrub) },
    error: error && { ...error, message: scrub(error.message) },
  };
}

type Message = { headers: [string, string][]; body: string | null };

/** The same for a request by itself. */
export function scrubRequest<R extends Message & { url: string }>(request: R, scrub: (text: string) => string): R {
  return { ...request, url: scrub(request.url), ...scrubMessage(request, scrub) };
}

function scrubMessage({ headers, body }: Message, scrub: (text: string) => string): Message {
  return {
    headers: headers.map(([name, value]) => [name, scrub(value)]),
    body: body === null ? null : scrub(body),
  };
}
