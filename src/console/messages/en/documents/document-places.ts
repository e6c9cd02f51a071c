import { terms } from '../terms.ts';
import { actions } from './actions.ts';
import { alerts } from './alerts.ts';
import { behaviors } from './behaviors.ts';
import { connectionForm } from './connection-form.ts';
import { dataCollection } from './data-collection.ts';
import { destinations } from './destinations.ts';
import { webhooks } from './webhooks.ts';

const { fields, groups } = connectionForm;
const own = destinations.fields;

/** The places of documents by the beginnings of their paths, in the words of their forms. */
const places: Readonly<Record<string, string>> = {
  name: terms.name,
  description: terms.description,
  status: terms.status,
  baseUrl: terms.baseUrl,
  port: fields.port[0],
  auth: 'Authentication',
  'auth.type': fields.authType[0],
  'auth.grant': fields.grant[0],
  'auth.clientId': fields.clientId[0],
  'auth.clientSecret': fields.clientSecret[0],
  'auth.accessTokenUrl': fields.accessTokenUrl[0],
  'auth.scope': fields.scope[0],
  'auth.username': fields.username[0],
  'auth.password': fields.password[0],
  'auth.token': fields.token[0],
  'auth.jwt': fields.jwt[0],
  'auth.refreshToken': fields.refreshToken[0],
  'auth.clientAuth': fields.clientAuth[0],
  method: 'Method',
  contentType: terms.contentType,
  path: terms.endpointPath,
  template: terms.template,
  'settings.connectTimeoutMs': fields.connectTimeout[0],
  'settings.timeoutMs': fields.timeout[0],
  'settings.headers': destinations.headers.title,
  'settings.retry': destinations.retry.title,
  'settings.rate': groups.pace,
  'settings.breaker': 'Circuit breaker',
  'settings.idempotencyHeader': fields.idempotencyHeader[0],
  'settings.heldMaxAgeMs': fields.heldMaxAge[0],
  'settings.tls': groups.tls,
  'settings.proxy': groups.proxy,
  'settings.signing': groups.signing,
  'settings.escape': own.escape[0],
  'settings.getBody': own.getBody[0],
  'settings.batch': destinations.batch.title,
  'settings.order': destinations.order.title,
  'settings.outcomes': destinations.outcomes.title,
  'settings.onTimeout': own.onTimeout[0],
  'settings.bodies': own.keepBodies[0],
  rules: terms.rules,
  'rules.on': alerts.rules.on,
  'rules.kinds': alerts.rules.kinds,
  'rules.minSeverity': alerts.fields.minSeverity[0],
  'rules.remindEveryMs': alerts.fields.remindEveryMs[0],
  destinations: actions.details.destinations,
  'destinations.mapping': actions.mapping.title,
  condition: behaviors.columns.expression,
  attributes: behaviors.columns.attributes,
  category: terms.category,
  formats: dataCollection.columns.formats,
  webhooks: webhooks.title,
  'webhooks.scheme': webhooks.fields.scheme[0],
  'webhooks.secret': webhooks.fields.secret[0],
};

/** The field of a document's form that a path leads to or into, and the names of what is inside of it. */
function placed(path: string): readonly [label: string, inner: readonly string[]] {
  const steps = path.split('.');
  for (let length = steps.length; length > 0; length--) {
    const label = places[steps.slice(0, length).filter(isName).join('.')];
    if (label !== undefined && isName(steps[length - 1] ?? '')) return [label, steps.slice(length)];
  }
  const [first = '', ...inner] = steps[0] === 'settings' && steps.length > 1 ? steps.slice(1) : steps;
  const words = wordsOf(first);
  return [words.charAt(0).toUpperCase() + words.slice(1), inner];
}

const isName = (step: string) => !/^\d+$/.test(step);

/** `waitMs` as `wait`, `privateKey` as `private key`. */
const wordsOf = (name: string) => name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The fields that paths lead into, each once: `Template, Batching`. */
export const fieldsOf = (paths: readonly string[]): readonly string[] => [
  ...new Set(paths.map((one) => placed(one)[0])),
];

/** A place in a document in words: `Field Mapping › 2 › parameter`. */
export function placeOf(path: string): string {
  const [label, inner] = placed(path);
  return [label, ...inner.map((step) => (isName(step) ? wordsOf(step) : String(Number(step) + 1)))].join(' › ');
}
