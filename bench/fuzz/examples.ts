import type { Examples } from './cases.ts';

// What the server takes, for the places where a schema alone doesn't say which values make sense. A placeholder such as
// `~con…` is replaced by the id of an object of that kind, and `~name…` by a name of its own; both keep their length.

const id = (kind: string) => `~${kind}${'0'.repeat(26)}`;

/** A name that no other request has. */
export const ownName = '~name000000';

export const placeholder = /~(con|dst|act|beh|col|evt|dlv|rol|usr)0{26}|~name0{6}|~con\/~dst|~con\b/g;

/** A user that exists. */
export const signIn = { email: 'keywords@example.com', password: 'a long enough password' };

const comparison = { parameter: 'wt.ev', operator: 'equals', value: 'buy' };
const oauth2 = { type: 'oauth2', clientId: 'c', accessTokenUrl: 'https://127.0.0.1:59999/token' };

export const examples: Examples = {
  components: {
    Condition: [
      comparison,
      { parameter: 'a', operator: 'exists' },
      { parameter: 'a', operator: 'in', value: ['x', 'y'] },
      { parameter: 'a', operator: 'between', value: ['1', '2'], ignoreCase: true },
      { behavior: id('beh') },
      { all: [comparison] },
      { any: [comparison] },
      { not: comparison },
    ],
    AuthOAuth2Input: [
      { ...oauth2, grant: 'client_credentials' },
      { ...oauth2, grant: 'password', username: 'u', password: 'p' },
      { ...oauth2, grant: 'jwt', jwt: 'j' },
      { ...oauth2, grant: 'refresh_token', refreshToken: 'r' },
    ],
    SecretMark: [{ ref: 'env:PATH' }, { set: false }],
  },
  texts: {
    name: ownName,
    baseUrl: 'http://127.0.0.1:59999/x',
    accessTokenUrl: 'https://127.0.0.1:59999/token',
    url: 'http://127.0.0.1:59999/x',
    template: 'text',
    path: '/a',
    contentType: 'text/plain',
    expression: 'it.a',
    behavior: id('beh'),
    behaviorId: id('beh'),
    destinationId: id('dst'),
    destination: '~con/~dst',
    connectionId: id('con'),
    connection: '~con',
    actionId: id('act'),
    collectorId: id('col'),
    eventId: id('evt'),
    deliveryId: id('dlv'),
    email: `${ownName}@example.com`,
    password: 'a long enough password',
    timeZone: 'Europe/Berlin',
    ids: id('evt'),
    kind: 'connections',
    format: '{{body}}',
    roleIds: id('rol'),
    connectionIds: id('con'),
    actionIds: id('act'),
  },
};

/** The bodies of operations that need more than the members that their schema requires. */
export const bodies: Readonly<Record<string, unknown>> = {
  createReplay: { of: 'events', filter: {}, plan: true },
  eraseVisitor: { visitorId: ownName },
  signIn,
  previewDestination: { event: { data: { a: 1 } } },
  previewUnsavedDestination: { event: { data: { a: 1 } } },
  testDestination: { event: { data: { a: 1 } } },
  checkCondition: { condition: comparison, event: { data: { a: 1 } } },
};
