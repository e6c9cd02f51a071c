import { AppError, invalidOrBlocked } from '../contract/errors.ts';
import { type Egress, isCompressed } from '../egress/egress.ts';

const openapiBytesMax = 8 * 1024 * 1024;
const redirectsMax = 5;
const connectTimeoutMs = 5_000;
/** For all requests of one document together. */
const timeoutMs = 15_000;
/** Each may hold a whole document in memory. */
const runningMax = 2;

type Parts = { egress: Pick<Egress, 'check' | 'send'>; now: () => number };

/** A document as text, and the URL that it came from after redirects. */
type Fetched = { url: string; text: string };

/**
 * Returns a function that fetches an OpenAPI document by its URL, as JSON or YAML. Each URL on the way, redirects
 * included, passes the egress guard. Only text that states a version of OpenAPI or Swagger is returned, so that no other
 * page can be read by it. Throws AppError with what is wrong with the URL, and `unavailable` while two others are fetched.
 */
export function openapiFetcher({ egress, now }: Parts): (url: string) => Promise<Fetched> {
  let running = 0;
  return async (url) => {
    if (running >= runningMax) throw new AppError('unavailable', 'Other documents are being fetched. Try again.');
    running++;
    try {
      return await follow(url, now() + timeoutMs);
    } finally {
      running--;
    }
  };

  async function follow(first: string, until: number): Promise<Fetched> {
    let url = first;
    for (let redirects = 0; redirects <= redirectsMax; redirects++) {
      const checked = egress.check(url);
      if (!checked.ok) throw blocked(checked.reason);
      const leftMs = until - now();
      if (leftMs <= 0) throw unusable(`No document arrived within ${timeoutMs / 1_000} s.`);
      const outcome = await egress.send({
        method: 'GET',
        url,
        headers: [['Accept', 'application/yaml, application/json, */*;q=0.5']],
        body: null,
        connectTimeoutMs: Math.min(connectTimeoutMs, leftMs),
        timeoutMs: leftMs,
        responseBytesMax: openapiBytesMax,
      });
      if (outcome.kind === 'error') {
        const { kind, message } = outcome.error;
        throw kind === 'blocked' ? blocked(message) : unusable(message);
      }
      const { status, headers } = outcome;
      if (status >= 300 && status < 400) {
        url = redirected(url, headers.find(([name]) => name === 'location')?.[1]);
        continue;
      }
      return { url, text: textOf(outcome) };
    }
    throw unusable(`More than ${redirectsMax} redirects.`);
  }
}

/** The URL that a redirect leads to. */
function redirected(from: string, location: string | undefined): string {
  const to = location === undefined ? null : URL.parse(location, from);
  if (to === null) throw unusable('The server redirects without saying where to.');
  return to.href;
}

type Response = Extract<Awaited<ReturnType<Egress['send']>>, { kind: 'response' }>;

function textOf({ status, headers, body, truncated }: Response): string {
  if (status < 200 || status > 299) throw unusable(`The server responded with HTTP ${status}.`);
  if (isCompressed(headers)) throw unusable('The response is compressed, although that was not asked for.');
  if (truncated)
    throw unusable(
      body.length >= openapiBytesMax
        ? `The document has more than ${openapiBytesMax / 2 ** 20} MiB. Choose it as a file.`
        : 'The document was cut off.',
    );
  const text = new TextDecoder().decode(body);
  if (!statesVersion.test(text))
    throw unusable('There is no OpenAPI or Swagger document, in YAML or JSON, at this URL.');
  return text;
}

/** `openapi: 3.1.0` or `"swagger": "2.0"`. */
const statesVersion = /(?:^|[{,\s])["']?(?:openapi|swagger)["']?\s*:\s*["']?[23]\./;

const unusable = (detail: string) => invalidOrBlocked([{ pointer: '/url', detail }]);
const blocked = (detail: string) => invalidOrBlocked([{ pointer: '/url', detail, code: 'blocked_address' }]);
