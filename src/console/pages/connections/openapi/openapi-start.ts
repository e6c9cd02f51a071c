import { type ConnectionDraft, emptyDraft } from '../../../parts/connection/form/connection-draft.ts';
import type { DestinationBody, Start } from '../../../parts/connection/start.ts';
import { rows } from '../../../parts/form/rows.ts';
import { member, withoutTags } from '../record-template.ts';
import {
  isObject,
  type Json,
  listAt,
  type OpenapiDocument,
  type Operation,
  objectAt,
  textAt,
} from './openapi-document.ts';
import { formTemplate, jsonTemplate } from './schema-template.ts';

const sendable = ['POST', 'PUT', 'PATCH', 'GET'] as const;
type Method = (typeof sendable)[number];

/** An operation that a destination can send. `server`: where it goes, '' if the document does not say. */
export type Offer = {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly name: string;
  readonly server: string;
  readonly isDeprecated: boolean;
  readonly operation: Operation;
};

const nameMax = 100;

/** The operations that destinations can send, those that write first. `other`: how many there are besides. */
export function offersOf(document: OpenapiDocument): { offers: Offer[]; other: number } {
  const offers = document.operations.flatMap((operation): Offer[] => {
    const method = sendable.find((one) => one === operation.method);
    if (method === undefined) return [];
    const { own, path } = operation;
    const name = textAt(own, 'summary') || textAt(own, 'operationId') || `${method} ${path}`;
    const isDeprecated = own['deprecated'] === true;
    const server = serverOf(document, operation);
    return [{ id: `${method} ${path}`, method, path, name: name.slice(0, nameMax), server, isDeprecated, operation }];
  });
  const rank = ({ method, isDeprecated }: Offer) => (isDeprecated ? 9 : sendable.indexOf(method));
  return {
    offers: offers
      .map((one, index) => ({ one, index }))
      .sort((a, b) => rank(a.one) - rank(b.one) || a.index - b.index)
      .map(({ one }) => one),
    other: document.operations.length - offers.length,
  };
}

/** What of the document a start lacks, for the person to add. */
export type LeftOut = { kind: 'sign_in' | 'body' | 'fields'; text: string };

/** A connection to the server of the chosen operations (of one server), with a destination for each. */
export function startOf(document: OpenapiDocument, offers: readonly Offer[]): { start: Start; leftOut: LeftOut[] } {
  const [first] = offers;
  const leftOut: LeftOut[] = [];
  const { draft: signedIn, query } =
    first === undefined ? { draft: {}, query: [] } : signInOf(document, first, leftOut);
  const { baseUrl, port } = addressOf(first?.server ?? '');
  const draft: ConnectionDraft = {
    ...emptyDraft,
    name: (document.title || hostOf(baseUrl)).slice(0, nameMax),
    baseUrl,
    port,
    ...signedIn,
  };
  const names = new Set<string>();
  const destinations = offers.map((offer) => {
    const made = destinationOf(document, offer, query, leftOut);
    const name = names.has(made.name) ? `${offer.method} ${offer.path}`.slice(0, nameMax) : made.name;
    names.add(name);
    return { ...made, name };
  });
  return { start: { draft, destinations }, leftOut };
}

function destinationOf(
  { resolve }: OpenapiDocument,
  { method, name, path, operation }: Offer,
  query: readonly string[],
  leftOut: LeftOut[],
): DestinationBody {
  const parameters = [...listAt(operation.pathItem, 'parameters'), ...listAt(operation.own, 'parameters')].map(resolve);
  const required = (where: string) =>
    parameters.filter((one) => one['in'] === where && one['required'] === true).map((one) => textAt(one, 'name'));
  const pairs = [
    ...required('query')
      .filter((one) => !query.includes(one))
      .map((one) => `${encodeURIComponent(one)}=${fieldTag(one)}`),
    ...query.map((one) => `${encodeURIComponent(one)}=`),
  ];
  // Parameters have one pair of braces, in some documents two.
  const filled = path.replaceAll(/\{{1,2}([^{}]+)\}{1,2}|[{}]/g, (braces, one?: string) =>
    one === undefined ? withoutTags(braces) : fieldTag(one.trim()),
  );
  const headers = required('header')
    .filter((one) => !/^(accept|authorization|content-type|idempotency-key)$/i.test(one))
    .map((one) => ({ name: one, value: fieldTag(one), secret: false as const }));
  const search = pairs.join('&');
  // The template of a GET is its query.
  const isGet = method === 'GET';
  const body = isGet
    ? { contentType: 'application/x-www-form-urlencoded', template: search }
    : bodyOf(operation.own, resolve, name, leftOut);
  return {
    name,
    description: textAt(operation.own, 'description').slice(0, 500),
    method,
    path: isGet || search === '' ? filled : `${filled}?${search}`,
    status: 'disabled',
    ...body,
    ...(headers.length === 0 ? {} : { settings: { headers } }),
  };
}

const fieldTag = (name: string) => `{{ ${member('it.data[0]', name)} }}`;

/** The content type and template of a body; null: the operation has none. */
function bodyOf(own: Json, resolve: (value: unknown) => Json, name: string, leftOut: LeftOut[]) {
  const content = objectAt(resolve(own['requestBody']), 'content');
  const types = Object.keys(content);
  const json = types.find((type) => /^application\/(.+\+)?json\b/i.test(type));
  const type = json ?? types.find((one) => /urlencoded/i.test(one));
  if (type === undefined) {
    if (types.length > 0) leftOut.push({ kind: 'body', text: `${name}: ${types.join(', ')}` });
    return null;
  }
  const { schema } = resolve(content[type]);
  if (json !== undefined) return { contentType: type, template: jsonTemplate(schema, resolve) };
  const form = formTemplate(schema, resolve);
  if (form.leftOut.length > 0) leftOut.push({ kind: 'fields', text: `${name}: ${form.leftOut.join(', ')}` });
  return { contentType: type, template: form.template };
}

/** The authentication of an operation: fields of the draft, and parameters of the query that have a key. */
function signInOf(
  { root, resolve }: OpenapiDocument,
  { operation }: Offer,
  leftOut: LeftOut[],
): { draft: Partial<ConnectionDraft>; query: string[] } {
  const wanted = operation.own['security'] ?? root['security'];
  const [alternative] = Array.isArray(wanted) ? wanted.filter(isObject) : [];
  const schemes = objectAt(objectAt(root, 'components'), 'securitySchemes');
  const draft: Partial<ConnectionDraft> = {};
  const headers: { name: string; value: string; isSecret: boolean }[] = [];
  const query: string[] = [];
  for (const [name, scopes] of Object.entries(alternative ?? {})) {
    const scheme = resolve(schemes[name]);
    const type = textAt(scheme, 'type');
    const http = textAt(scheme, 'scheme').toLowerCase();
    const token = textAt(objectAt(objectAt(scheme, 'flows'), 'clientCredentials'), 'tokenUrl');
    if (type === 'http' && (http === 'basic' || http === 'bearer')) draft.authType = http;
    else if (type === 'apiKey' && scheme['in'] === 'header')
      headers.push({ name: textAt(scheme, 'name'), value: '', isSecret: true });
    else if (type === 'apiKey' && scheme['in'] === 'query') {
      query.push(textAt(scheme, 'name'));
      leftOut.push({ kind: 'sign_in', text: `?${textAt(scheme, 'name')}=` });
    } else if (token !== '')
      Object.assign(draft, {
        authType: 'oauth2',
        accessTokenUrl: token,
        scope: Array.isArray(scopes) ? scopes.map(String).join(' ') : '',
      } satisfies Partial<ConnectionDraft>);
    else leftOut.push({ kind: 'sign_in', text: name });
  }
  return { draft: headers.length === 0 ? draft : { ...draft, headers: rows(headers) }, query };
}

/** The server of an operation, with the defaults of its variables. */
function serverOf({ url, root, resolve }: OpenapiDocument, { own, pathItem }: Operation): string {
  const [first] = [own, pathItem, root].map((one) => listAt(one, 'servers')).find((one) => one.length > 0) ?? [];
  const server = resolve(first);
  const variables = objectAt(server, 'variables');
  const address = textAt(server, 'url').replaceAll(/\{([^{}]+)\}/g, (tag, name: string) => {
    const value = resolve(variables[name])['default'];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : tag;
  });
  if (url === null || address === '' || URL.canParse(address)) return address;
  return URL.parse(address, url)?.href ?? address;
}

function addressOf(server: string): { baseUrl: string; port: string } {
  try {
    const { protocol, hostname, port, pathname } = new URL(server);
    return { baseUrl: `${protocol}//${hostname}${pathname.replace(/\/+$/, '')}`, port };
  } catch {
    return { baseUrl: server.startsWith('/') ? '' : server, port: '' };
  }
}

function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
}
