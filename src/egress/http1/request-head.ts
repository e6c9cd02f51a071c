import type { Header } from '../egress.ts';

/**
 * Why a header can't be sent, or null. Names are tokens (RFC 9110 §5.6.2), values visible ASCII with spaces and tabs
 * in between; headers that frame or route the message are set by the egress alone.
 */
export function headerProblem(name: string, value: string): string | null {
  const problem = acceptedNames.has(name) ? null : nameProblem(name);
  if (problem !== null) return problem;
  return VALUE.test(value) ? null : `the value of the header ${name} must be visible ASCII on one line`;
}

function nameProblem(name: string): string | null {
  if (!TOKEN.test(name)) return "a header name must consist of letters, digits and !#$%&'*+-.^_`|~";
  if (RESERVED.has(name.toLowerCase())) return `the header ${name} can't be set`;
  if (acceptedNames.size >= ACCEPTED_MAX) acceptedNames.clear();
  if (name.length <= ACCEPTED_LENGTH_MAX) acceptedNames.add(name);
  return null;
}

/** The names of latest requests: nearly all requests have the same few. */
const acceptedNames = new Set<string>();
const ACCEPTED_MAX = 1_000;
const ACCEPTED_LENGTH_MAX = 100;

/** Why a method can't be used, or null. `CONNECT` and `TRACE` change the kind of exchange. */
export function methodProblem(method: string): string | null {
  return TOKEN.test(method) && !/^(?:connect|trace|track)$/i.test(method) ? null : "the request method can't be used";
}

/**
 * The header lines of a request, name and value in turn: the caller's, but always our user agent, by which a receiver
 * knows us, and `Accept-Encoding: identity`, since nothing is decompressed. Returns a reason instead when one of them is refused.
 */
export function requestHeaders(headers: readonly Header[], userAgent: string): string[] | { readonly reason: string } {
  const lines: string[] = [];
  for (const header of headers) {
    const name = header[0];
    const value = header[1];
    const problem = headerProblem(name, value);
    if (problem !== null) return { reason: problem };
    if (name.length === 15 && name.toLowerCase() === 'accept-encoding') continue;
    if (name.length === 10 && name.toLowerCase() === 'user-agent') continue;
    lines.push(name, value);
  }
  lines.push('user-agent', userAgent, 'accept-encoding', 'identity');
  return lines;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^(?:[!-~](?:[ \t!-~]*[!-~])?)?$/;

const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
