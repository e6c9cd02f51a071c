import { type Description, type Operation, parametersOf } from '../../src/contract/openapi/openapi-document.ts';
import { type Components, resolved, type Schema } from './json-schema.ts';

/** An error of a response, with the place in the request. */
export type Refusal = { pointer: string; detail: string };

/** Refusals, and the words of a description that name them where it does not repeat the refusal. */
const named: readonly (readonly [refusal: RegExp, says: RegExp])[] = [
  [/^There is no /, /ids and names of things that don't exist/],
  [/^Unknown field\.$/, /Unknown fields are\s+refused/],
  [/^Must be at most 9007199254740991\.$/, /at most 2\^53 − 1/],
  [/^(Is required|Must be (text|a list|one of|an object with))/, /One of these forms/],
  [/^Is required/, /Give `destinationId` or `destination`|a text when `secret` is false or left out/],
  [/U\+0000/, /no\s+U\+0000 and no lone surrogates/],
  [/^(Is required|Must be)/, /result has to be what PUT accepts/],
  [/./, /A document as its PUT takes it|as in its PATCH/],
  [/^Must be one of/, /Separated by commas: /],
  [/^Must not be empty/, /One to 100 ids/],
  [/needs a kind/, /An id of the `kind`/],
  [/cursor from a page/, /of a page of this list/],
  [/Idempotency-Key was used/, /another request with it is refused/],
  [/name in the URL/, /the name in the URL/],
  [/can't move/, /can't move/],
  [/in the future/, /In the future/],
  [/^Must be a time such as/, /A time \(RFC 3339\)/],
  [/repetition|e-mail address/, /Not a repetition/],
  [/^Give eventId/, /Give `eventId`/],
  [/must have a value|non-empty object/, /One of the values is not null|one at least/],
  [/./, /Refused when no OpenAPI document can be fetched there/],
  // Addresses.
  [/an absolute URL|must be absolute|Must not contain|Is not a valid URL/, /[Aa]n absolute/],
  [/^Must (be http|not contain)/, /with host and port alone/],
  [/^(the|a) |^port \d+ belongs|blocked/, /may be called|no other protocol/],
  [/^The Base URL names another port/, /which then has no other/],
  [/E-mail without encryption/, /only to hosts that the operator allows/],
  // Secrets, certificates and headers.
  [/is not allowed by MILLRACE_SECRET_REFS|^\[secret\]/, /where the operator allows that/],
  [/^The (mail server|address) changed\. Send this secret again/, /it is needed again/],
  [/^a mail server is a host name or an address/, /A host name or address, without scheme or path/],
  [/^Required: the sign-in is over ten minutes old/, /Required when the sign-in is over ten minutes old/],
  [/^No secret is stored here yet/, /where a secret is stored/],
  [/^The private key can't be read/, /private key in PEM or as a JWK/],
  [/certificate/, /certificates in PEM|Needed by `key`/],
  [/private key in PEM|passphrase/, /private key of `cert`/],
  [/private_key_jwt/, /Needed by `private_key_jwt`/],
  [/set by the grant/, /the grant or the client authentication sets/],
  [/another header of the request/, /another header of the request/],
  [/header/, /Headers that the transport does not set/],
  [/control characters/, /Without control characters/],
  [/visible ASCII/i, /visible ASCII/i],
  [/base64, with or without whsec_/, /base64, with or without `whsec_`/],
  [/at most 8192 characters/, /8,192 characters/],
];

/** Whether a description on the way to the place of a refusal names it. */
export function isNamed(refusal: Refusal, operation: Operation, description: Description): boolean {
  const { detail } = refusal;
  const levels = textsTo(refusal.pointer, operation, description);
  // What a missing member would have to be does not explain that it is required.
  const near = detail === 'Is required.' ? levels.slice(0, -1) : levels;
  const texts = [Object(description.info)['description'], operation['summary'], ...near.flat()].join('\n');
  return texts.includes(detail) || named.some(([words, says]) => words.test(detail) && says.test(texts));
}

/** The descriptions at each level, from the operation to a place in its request. */
function textsTo(pointer: string, operation: Operation, description: Description): string[][] {
  const { components } = description;
  const path = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const parameters = parametersOf(operation, description);
  const [body] = Object.values(operation.requestBody?.content ?? {});
  const own = parameters.filter((one) => one.in === 'header' || one.name === path[0] || path.length === 0);
  const levels: string[][] = [own.map((one) => String(one['description'] ?? ''))];
  let schemas: Schema[] = body === undefined ? [] : [body.schema];
  for (const key of [...path, null]) {
    const all = schemas.flatMap((one) => branches(one, components.schemas));
    levels.push(all.map((one) => String(one['description'] ?? '')));
    if (key !== null) schemas = all.flatMap((one) => memberOf(one, key));
  }
  return levels;
}

/** A schema, what it refers to, and the members of unions in it. */
function branches(schema: Schema, components: Components): Schema[] {
  const whole = resolved(schema, components);
  const members = [whole['oneOf'], whole['anyOf']].flat().filter((one): one is Schema => typeof one === 'object');
  return [schema, ...(whole === schema ? [] : [whole]), ...members.flatMap((one) => branches(one, components))];
}

function memberOf(schema: Schema, key: string): Schema[] {
  const properties: Record<string, Schema> = Object(schema['properties']);
  const member = Object.hasOwn(properties, key) ? properties[key] : (schema['items'] ?? schema['additionalProperties']);
  return typeof member === 'object' && member !== null ? [member as Schema] : []; // a part of a schema
}
