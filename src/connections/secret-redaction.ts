import { tokenPrefix } from '../contract/accounts/token.ts';
import type { Auth, Header } from '../contract/documents/connection.ts';
import type { Attempt } from '../contract/records/delivery.ts';
import type { Secret } from '../contract/secret.ts';
import { secretForms, secretLengthMin } from '../contract/secret-forms.ts';
import { textFinder } from './multi-pattern-search.ts';
import { credentialsHeaderOf } from './oauth/client-auth.ts';
import { revealIfThere, secretsOf } from './secret-fields.ts';

/** Replaces secrets in the log, in previews and in cURL commands. */
const masked = '[secret]';
/** The shortest value that is removed from the responses to its own requests. */
const sentLengthMin = 4;

const alwaysSecret = /^(?:(?:proxy-)?authorization|cookie)$/i;

/**
 * The headers of a request for people: credentials are masked, and the custom headers in `secret` (`secretHeaderNames`).
 * The same object when there are none, as usual.
 */
export function maskHeaders(headers: [string, string][], secret: ReadonlySet<string> | null): [string, string][] {
  const isSecret = (name: string) => alwaysSecret.test(name) || secret?.has(name.toLowerCase()) === true;
  if (!headers.some((header) => isSecret(header[0]))) return headers; // taking it apart would be slower
  return headers.map(([name, value]) => {
    if (!isSecret(name)) return [name, value];
    if (name.toLowerCase() !== 'authorization') return [name, masked];
    return [
      name,
      value.replace(/^(?:(\S+) )?.*$/s, (_, scheme) => (scheme === undefined ? masked : `${scheme} ${masked}`)),
    ];
  });
}

/**
 * The names of the secret headers in lists of custom headers, and that of the connection's credentials, in lower case; null:
 * none is secret but those that always are, as usual.
 */
export function secretHeaderNames(auth: Auth, ...lists: (readonly Header[])[]): ReadonlySet<string> | null {
  const names = lists.flat().flatMap(({ name, secret }) => (secret ? [name.toLowerCase()] : []));
  const credentials = credentialsHeaderOf(auth);
  if (credentials !== null && !alwaysSecret.test(credentials)) names.push(credentials);
  return names.length === 0 ? null : new Set(names);
}

/** Removes the values of secrets from text for people. */
export type Scrubber = ReturnType<typeof createScrubber>;

/** An API token, of which the server knows only the digest. */
const apiToken = new RegExp(`${tokenPrefix}[\\w-]{43}`, 'g');

/** The total length of remembered forms: about ten thousand passwords. */
const formsLengthMax = 16 * 2 ** 20;
/** Twice what a search for ten thousand passwords takes: at most 0.3 ms for each thousand characters. */
const comparedMax = (text: string) => 1_000_000 + 24 * text.length;

/**
 * Creates a scrubber of the secrets in use and those used before: a request in flight when a secret is replaced still
 * has the old one. When they exceed the limit, all but those in use are forgotten. API tokens are recognised by their
 * form. Scrubbing takes about a microsecond for each thousand characters; without secrets far less.
 */
export function createScrubber({ charactersMax: most = formsLengthMax }: { charactersMax?: number } = {}) {
  const sources: (() => Iterable<Secret | string>)[] = [];
  let known = new Set<string>();
  let forms = textFinder(secretLengthMin);
  let characters = 0;

  function add(values: Iterable<Secret | string>): void {
    for (const one of values) {
      // A secret reference is added by its value when it is read.
      const value = typeof one === 'string' ? one : one.ref === null ? one.reveal() : '';
      if (value.length < secretLengthMin || known.has(value)) continue;
      known.add(value);
      for (const form of secretForms(value))
        if (form.length >= secretLengthMin) {
          forms.add(form);
          characters += form.length;
        }
    }
  }

  function learn(values: Iterable<Secret | string>): void {
    add(values);
    if (characters <= most) return;
    known = new Set();
    forms = textFinder(secretLengthMin);
    characters = 0;
    for (const live of sources) add(live());
    add(values);
    // Live secrets are never forgotten, whatever their total length.
    most = Math.max(most, 2 * characters);
  }

  return {
    /**
     * The text with `[secret]` in place of every API token and every known value in any of its forms
     * (contract/secret-forms.ts), and of a whole text that was crafted so that the search takes too long.
     */
    scrub(text: string): string {
      const rest = text.includes(tokenPrefix) ? text.replace(apiToken, masked) : text;
      return characters === 0 ? rest : (forms.replaceWithin(rest, masked, comparedMax(rest)) ?? masked);
    },
    /** Adds these values. Values under 8 characters are ignored. */
    learn,
    /** Adds the live secrets of a source now, and again on each call of the returned function. */
    follow(live: () => Iterable<Secret | string>): () => void {
      sources.push(live);
      const refresh = () => learn(live());
      refresh();
      return refresh;
    },
  };
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
  if (body === message.body && message.headers.every((header) => scrub(header[1]) === header[1])) return message;
  return { ...message, headers: message.headers.map(([name, value]) => [name, scrub(value)]), body };
}

type Mask = (text: string) => string;

/** Returns the mask for the response to a request with these headers. */
export type ResponseRedaction = (sent: readonly (readonly [string, string])[]) => Mask;

/**
 * Masks secrets that a response may echo and that no scrubber knows: the credentials of the request (access tokens
 * are not stored) and secrets of `bodies` that are too short for the scrubber. The last mask is kept, since most
 * requests have the same credentials.
 */
export function responseRedaction(auth: Auth, bodies: readonly object[]): ResponseRedaction {
  const credentialsHeader = credentialsHeaderOf(auth) ?? 'authorization';
  const hasScheme = auth.type !== 'oauth2' || auth.tokenHeader == null || auth.tokenHeader.scheme !== null;
  const secrets = bodies.flatMap(secretsOf);
  const ofSecrets = keptMask();
  const ofCredentials = keptMask();
  return (sent) => {
    const authorization = sent.find(([name]) => name.toLowerCase() === credentialsHeader)?.[1];
    if (authorization === undefined && secrets.length === 0) return unmasked;
    const short = ofSecrets(secrets.map(revealIfThere).filter((one) => one.length < secretLengthMin));
    const credentials = ofCredentials(
      authorization === undefined ? [] : [hasScheme ? authorization.replace(/^\S+ /, '') : authorization],
    );
    return (text) => credentials(short(text));
  };
}

/** The mask of a response without secrets. */
export const unmasked: Mask = (text) => text;

/** Returns the mask of some values, and keeps it until they change. */
function keptMask(): (values: readonly string[]) => Mask {
  let known = { key: '', mask: unmasked };
  return (values) => {
    const key = values.join('\n');
    if (key !== known.key) known = { key, mask: values.length === 0 ? unmasked : textRedaction(values) };
    return known.mask;
  };
}

/**
 * Masks secret values in a text for people, in every form in which a response may echo them. Values under 4
 * characters are left: masking them would only garble the text.
 */
export function textRedaction(values: Iterable<string>): (text: string) => string {
  const forms = textFinder(sentLengthMin);
  for (const value of values) if (value.length >= sentLengthMin) for (const form of secretForms(value)) forms.add(form);
  return (text) => forms.replaceWithin(text, masked, comparedMax(text)) ?? masked;
}
