import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { documentInputs } from '../../contract/documents/document-inputs.ts';
import { listOperators, orderOperators, presenceOperators, textOperators } from '../../contract/documents/operators.ts';
import type { TransferDocument } from '../../contract/documents/transfer.ts';
import type { TransferKind } from '../../contract/documents/transfer-kinds.ts';

type Json = Record<string, unknown>;
export type Node = {
  $ref?: string;
  $defs?: Record<string, Node>;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
  prefixItems?: Node[];
  anyOf?: Node[];
  oneOf?: Node[];
};

const file = (name: string) => readFileSync(new URL(`../../egress/http1/testdata/${name}`, import.meta.url), 'utf8');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const everyOperator = [
  ...presenceOperators.map((operator) => ({ parameter: 'a', operator })),
  ...[...textOperators, ...orderOperators].map((operator) => ({ parameter: 'a', operator, value: '1' })),
  ...listOperators.map((operator) => ({ parameter: 'a', operator, value: ['1', '2'], ignoreCase: true })),
  { parameter: 'a', operator: 'between', value: ['1', '2'] },
];
const condition = { all: [{ any: everyOperator }, { not: { behavior: 'Purchase' } }] };

/** Values of fields that need more than their schema says, by kind and place; `*` is any index or key. */
export const givenValues: Record<string, unknown[]> = {
  'connection.baseUrl': ['https://crm.example.com/v2'],
  'connection.port': [8_443],
  'connection.auth.accessTokenUrl': ['https://id.example.com/token'],
  'connection.auth.scope': ['read write'],
  'connection.auth.clientAssertion.privateKey': [pem],
  'connection.auth.assertion.privateKey': [pem],
  'connection.auth.extraHeaders': [{ 'X-Tenant': 'a-secret-tenant' }],
  'connection.auth.extraParams': [{ audience: 'https://crm.example.com', hint: 'a-secret-hint' }],
  'connection.settings.tls.ca': [file('ca.crt')],
  'connection.settings.tls.cert': [file('client.crt')],
  'connection.settings.tls.key': [file('client.key')],
  'connection.settings.proxy.url': ['http://proxy.example.com:3128'],
  'connection.settings.signing.secret': ['whsec_c2VjcmV0LTE='],
  'connection.settings.signing.previousSecret': ['whsec_c2VjcmV0LTI='],
  'connection.settings.signing.format': ['{signature}'],
  'destination.connectionId': [],
  'destination.template': ['{"name": "{{it.data[0].name}}"}\n'],
  'destination.path': ['/orders'],
  'destination.contentType': ['text/plain; charset=utf-8'],
  'destination.settings.outcomes.*.when.status': [404, '5xx'],
  'destination.settings.outcomes.*.items.when.status': [404, '5xx'],
  'destination.settings.outcomes.*.items.index': [],
  'destination.settings.outcomes.*.outcome': ['retry', 'fail', 'throttle', 'warning', 'success'],
  'behavior.condition': [condition],
  'action.rules': [condition],
  'action.sources': [],
  'action.destinations.*.mapping.*.expression': ['Number(it.total)'],
  'action.destinations.*.destinationId': ['Target/One'],
  'collector.webhooks.secret': ['whsec_c2VjcmV0LTU='],
  'collector.webhooks.previousSecret': ['whsec_c2VjcmV0LTY='],
  'collector.webhooks.signed': ['{timestamp}.{body}'],
  'collector.webhooks.timeHeader': ['X-Time'],
  'alert.rules.connectionIds': [['Target']],
  'alert.rules.actionIds': [['Target action']],
  'alert.quietHours.timeZone': ['Europe/Berlin'],
  'alert.quietHours.from': ['22:30'],
  'alert.quietHours.to': ['06:15'],
  'alert.settings.url': ['https://alerts.example.com/in'],
  'alert.settings.secret': ['whsec_c2VjcmV0LTM='],
  'alert.settings.previousSecret': ['whsec_c2VjcmV0LTQ='],
  'alert.settings.hookUrl': ['https://hooks.example.com/secret'],
  'alert.settings.host': ['mail.example.com'],
  'alert.settings.port': [2_525],
  'alert.settings.security': ['starttls', 'tls'],
  'alert.settings.ca': [file('ca.crt')],
  'alert.settings.from': ['millrace@example.com'],
  'alert.settings.to': [['ops@example.com']],
};

/** Values of texts by the last part of their place. */
export const textValues: Record<string, string> = {
  allowedOrigins: 'https://shop.example.com',
  header: 'X-Signature',
  idempotencyHeader: 'X-Idempotency',
  previousUntil: '2026-03-01T00:00:00.000Z',
};

/**
 * Documents of every kind, generated from the schemas of the contract, so that together they have every field, every
 * variant and every value of a list with another value than its default. They refer to a connection, a destination
 * and an action named `Target`, which are among them.
 */
export function documentSamples(): TransferDocument[] {
  const samples: TransferDocument[] = [
    { kind: 'connection', name: 'Target', baseUrl: 'https://target.example.com' },
    { kind: 'destination', connection: 'Target', name: 'One', status: 'enabled' },
    { kind: 'action', name: 'Target action', description: 'x' },
  ];
  for (const [kind, schema] of Object.entries(documentInputs) as [TransferKind, z.ZodType][]) {
    const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node; // a JSON Schema
    for (const [at, body] of valuesOf(root, kind, root).entries())
      samples.push({ ...named(body as Json), kind, name: `${kind} ${at}` }); // documents are objects
  }
  return samples;
}

/** References by name, as files have them. */
function named({ connectionId: _, ...body }: Json): Json {
  const { destinations } = body;
  if (!Array.isArray(destinations)) return 'template' in body ? { connection: 'Target', ...body } : body;
  const rows = destinations.slice(0, 1).map(({ destinationId, ...row }) => ({ destination: destinationId, ...row }));
  return { ...body, destinations: rows };
}

/** Values of a schema that together have all that is in it. */
function valuesOf(node: Node, place: string, root: Node): unknown[] {
  const own = givenValues[place];
  if (own !== undefined) return own;
  if (node.$ref !== undefined) return valuesOf(root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? {}, place, root);
  if (node.description?.startsWith('Write-only')) return [`secret-${place.replaceAll(/\W/g, '-')}`];
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined)
    return branches.filter(({ type }) => type !== 'null').flatMap((branch) => valuesOf(branch, place, root));
  if (node.const !== undefined) return [node.const];
  if (node.enum !== undefined) return node.enum;
  if (node.type === 'object') return objectsOf(node, place, root);
  if (node.type === 'array') return [listOf(node, place, root)];
  if (node.type === 'boolean') return [node.default !== true];
  if (node.type === 'integer' || node.type === 'number') return [numberOf(node)];
  if (node.type === 'string')
    return [textValues[place.split('.').at(-1) ?? ''] ?? textValues[place.split('.').at(-2) ?? ''] ?? 'text'];
  return [{ any: ['value', 1, true] }];
}

/** Each object takes the next value of each of its fields, so that together they have all of them. */
function objectsOf(node: Node, place: string, root: Node): Json[] {
  if (typeof node.additionalProperties === 'object' && node.properties === undefined)
    return valuesOf(node.additionalProperties, `${place}.*`, root).map((value) => ({ own: value }));
  const fields = Object.entries(node.properties ?? {})
    .map(([name, child]) => [name, valuesOf(child, `${place}.${name}`, root)] as const)
    .filter(([, values]) => values.length > 0);
  const count = Math.max(1, ...fields.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, at) =>
    Object.fromEntries(fields.map(([name, values]) => [name, values[at % values.length]])),
  );
}

function listOf(node: Node, place: string, root: Node): unknown[] {
  if (node.prefixItems !== undefined)
    return node.prefixItems.map((child, at) => valuesOf(child, `${place}.${at}`, root)[0]);
  const items = valuesOf(node.items ?? {}, `${place}.*`, root);
  const distinct = items.map((item, at) => withOwnName(item, at));
  return distinct.slice(0, node.maxItems);
}

/** Names in a list must differ. */
function withOwnName(item: unknown, at: number): unknown {
  const fields = Object(item) as Json; // a text or a number has none
  const name = ['name', 'field'].find((one) => typeof fields[one] === 'string');
  return name === undefined ? item : { ...fields, [name]: `${String(fields[name])}${at}` };
}

/** Another number than the default. */
function numberOf({ minimum = 0, maximum, default: normal, type }: Node): number {
  const least = Math.max(minimum, 0);
  const step = type === 'integer' ? 1 : 0.25;
  const value = least === normal ? least + step : least;
  return maximum !== undefined && value > maximum ? maximum : value;
}

/** The places in bodies that have a value, as texts such as `connection.settings.headers.*.name`. */
export function placesIn(value: unknown, place: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => placesIn(item, `${place}.*`));
  if (typeof value !== 'object' || value === null) return [place];
  return Object.entries(value).flatMap(([name, child]) => placesIn(child, `${place}.${name}`));
}
