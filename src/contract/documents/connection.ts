import { z } from 'zod';
import { jsonPath } from '../json-path.ts';
import { errorKind, reason } from '../records/delivery.ts';
import { anything, api, flag, tagged } from '../route.ts';
import { type Stored, secretInput } from '../secret.ts';
import { description, documentName, durationMs, instant, line, timestamp } from '../text.ts';
import { stamp, warnings } from './document.ts';
import { documentRoutes, listOf, listQuery, usedByActions } from './document-routes.ts';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const ofTransport = new Set(
  'accept-encoding connection content-length expect host keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
);

/** The name of a header: a token (RFC 9110 §5.6.2). */
export const fieldName = z.string().max(256).regex(token, 'Must be a header name: letters, digits and hyphens.');

const ownHeader = 'Not the name of another header of the request.';

/** The name of a header to send: not hop-by-hop and not set by the transport. */
export const headerName = fieldName.refine(
  (name) => !ofTransport.has(name.toLowerCase()),
  'Must not be a header that the transport sets, such as Host or Content-Length.',
);

/** A custom header. A value with `secret: true` is encrypted and never returned. Destinations allow tags in values. */
export const header = z
  .discriminatedUnion('secret', [
    z.strictObject({ name: headerName, value: z.string().max(8_192), secret: z.literal(false).default(false) }),
    z.strictObject({ name: headerName, value: secretInput, secret: z.literal(true) }),
  ])
  .meta({
    accepts:
      'The value is one line of visible ASCII with at most 8,192 characters, a text when `secret` is false or left out.',
  });
export type Header = Stored<z.output<typeof header>>;

/**
 * The retry schedule: the delays before the 1st, 2nd, … attempt, each extended by a random share of up to `jitter`. A
 * manual retry, a replay and a release make their first attempt at once and continue with the second delay.
 */
export const retryPolicy = z.strictObject({
  scheduleMs: z
    .array(durationMs(0, 7 * 86_400_000))
    .min(1)
    .max(50)
    .default([0, 5_000, 60_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000]),
  jitter: z.number().min(0).max(1).default(0.1),
});
export type RetryPolicy = z.output<typeof retryPolicy>;

/**
 * A rate limit: `limit` requests in `perMs`, and the concurrency limit. null: no fixed limit (concurrency adapts
 * to each receiver, up to 1,000).
 */
export const rate = z.strictObject({
  limit: z.int().min(1).max(1_000_000).nullable().default(null),
  perMs: durationMs(1, 86_400_000).default(1_000),
  concurrency: z.int().min(1).max(5_000).nullable().default(null),
});

/** A signed assertion: the claims of the JWT, and the private key (PEM or JWK) that signs a new JWT for each use. */
export const assertion = z.strictObject({
  privateKey: secretInput.meta({ accepts: 'An unencrypted private key in PEM or as a JWK, of the algorithm.' }),
  keyId: line(255).nullable().default(null),
  algorithm: z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']),
  issuer: line(1_000).nullable().default(null),
  subject: line(1_000).nullable().default(null),
  audience: line(1_000).nullable().default(null),
  lifetimeMs: durationMs(1_000, 86_400_000).default(300_000),
  claims: anything.default({}),
});

/** Token parameters and headers that anyone with View can read; every other value is a secret. */
export const publicTokenFields = ['audience', 'resource', 'scope'] as const;
const extra = z.record(z.string().min(1).max(256), z.union([z.string().max(8_192), secretInput])).default({});

/**
 * JSON paths of the members of RFC 6749 §5.1 in a token response. null: the member is not read, so the token has no
 * known expiry, may be of any type, or is never renewed by a refresh token. `expiresIn` may also be a point in time
 * (RFC 3339, or Unix time in seconds or ms): the expiry of the token.
 */
export const tokenFields = z.strictObject({
  accessToken: jsonPath.default('access_token'),
  expiresIn: jsonPath.nullable().default('expires_in'),
  tokenType: jsonPath.nullable().default('token_type'),
  refreshToken: jsonPath.nullable().default('refresh_token'),
});
export type TokenFields = z.output<typeof tokenFields>;

/** The member names of RFC 6749. */
export const standardTokenFields: TokenFields = tokenFields.parse({});

const paramName = line(256, 1);

/**
 * The names of parameters in token requests, for endpoints that use others than RFC 6749. null: the parameter is not
 * sent, as to a login that knows neither grants nor clients.
 */
const tokenParams = z.strictObject({
  grantType: paramName.nullable().default('grant_type'),
  clientId: paramName.nullable().default('client_id'),
  username: paramName.default('username'),
  password: paramName.default('password'),
});
export type TokenParams = z.output<typeof tokenParams>;

/** The parameter names of RFC 6749. */
export const standardTokenParams: TokenParams = tokenParams.parse({});

/** The header that carries the access token, and the word before it. null: `Authorization: Bearer TOKEN`. */
const tokenHeader = z
  .strictObject({ name: headerName.meta({ accepts: ownHeader }), scheme: line(100, 1).nullable().default(null) })
  .nullable();

const oauth2 = {
  type: z.literal('oauth2'),
  clientId: line(1_000, 1),
  clientSecret: secretInput,
  accessTokenUrl: z
    .string()
    .trim()
    .min(1)
    .max(2_048)
    .meta({ accepts: 'An absolute URL that starts with https:// and may be called.' }),
  scope: z
    .string()
    .trim()
    .max(2_000)
    .regex(/^([!#-[\]-~]+( [!#-[\]-~]+)*)?$/, 'Must be scopes separated by single spaces (RFC 6749 §3.3).')
    .default(''),
  clientAuth: z.enum(['auto', 'basic', 'basic_raw', 'body', 'private_key_jwt', 'none']).default('auto'),
  clientAssertion: assertion.nullable().default(null).meta({ accepts: 'Needed by `private_key_jwt`.' }),
  extraParams: extra.meta({
    accepts: 'None that the grant or the client authentication sets. As text, 8,192 characters.',
  }),
  extraHeaders: extra.meta({
    accepts: 'Headers that the transport does not set, each one line of visible ASCII with 8,192 characters.',
  }),
  /** A JSON body has the parameters as members of an object. */
  tokenBody: z.enum(['form', 'json']).default('form'),
  tokenParams: tokenParams.prefault({}),
  tokenFields: tokenFields.prefault({}),
  tokenHeader: tokenHeader.default(null),
  refreshOn: z
    .array(
      z.strictObject({
        status: z.int().min(200).max(599),
        header: z.strictObject({ name: headerName, contains: line(1_000) }).optional(),
        bodyContains: line(1_000).optional(),
      }),
    )
    .max(20)
    .default([{ status: 401 }]),
};

/** RFC 7617 §2. */
export const noControls = 'Without control characters.';

const basicUserName = line(1_000).refine(
  (name) => !name.includes(':'),
  "A user name can't contain a colon (RFC 7617).",
);

/** The authentication of a connection's requests. */
export const auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('basic'),
    username: basicUserName,
    password: secretInput.meta({ accepts: noControls }),
  }),
  z.strictObject({
    type: z.literal('bearer'),
    token: secretInput.meta({ accepts: 'Visible ASCII without spaces, and without the word Bearer.' }),
  }),
  z.discriminatedUnion('grant', [
    z.strictObject({ ...oauth2, grant: z.literal('client_credentials') }),
    z.strictObject({ ...oauth2, grant: z.literal('password'), username: line(1_000, 1), password: secretInput }),
    z.strictObject({
      ...oauth2,
      grant: z.literal('jwt'),
      jwt: secretInput,
      assertion: assertion.nullable().default(null),
    }),
    /** A refresh token from a consent flow elsewhere. Token responses with a newer one replace it automatically. */
    z.strictObject({ ...oauth2, grant: z.literal('refresh_token'), refreshToken: secretInput }),
  ]),
]);
export type Auth = Stored<z.output<typeof auth>>;

const signingSecret = secretInput.meta({
  accepts: 'For Standard Webhooks in base64, with or without `whsec_` before it.',
});

/** `previousUntil`: the end of the time in which both secrets sign; null: both sign while the previous one is stored. */
export const signingSecrets = {
  secret: signingSecret,
  previousSecret: signingSecret,
  previousUntil: instant.nullable().default(null),
};

export const signing = z.discriminatedUnion('scheme', [
  z.strictObject({
    scheme: z.literal('standard-webhooks'),
    ...signingSecrets,
  }),
  z.strictObject({
    scheme: z.literal('hmac'),
    algorithm: z.enum(['sha256', 'sha512', 'sha1']),
    encoding: z.enum(['hex', 'base64']),
    header: headerName.meta({ accepts: ownHeader }),
    format: line(1_000, 1).meta({ accepts: 'Visible ASCII, apart from `{body}`.' }),
    ...signingSecrets,
  }),
]);

/** Certificates of an authority, or of a client and its issuers. */
export const certificates = z
  .string()
  .max(65_536)
  .nullable()
  .default(null)
  .meta({ accepts: 'One or more certificates in PEM, without a private key.' });

export const connectionSettings = z.strictObject({
  headers: z.array(header).max(50).default([]),
  connectTimeoutMs: durationMs(50, 30_000).default(5_000),
  timeoutMs: durationMs(100, 60_000).default(15_000),
  retry: retryPolicy.prefault({}),
  rate: rate.prefault({}),
  breaker: z
    .strictObject({
      failureRatio: z.number().min(0.01).max(1).default(0.7),
      minimum: z.int().min(1).max(1_000).default(10),
      windowMs: durationMs(1_000, 3_600_000).default(300_000),
      openMs: durationMs(100, 3_600_000).default(30_000),
    })
    .prefault({}),
  idempotencyHeader: headerName.nullable().default('Idempotency-Key').meta({ accepts: ownHeader }),
  heldMaxAgeMs: durationMs(1_000, 365 * 86_400_000)
    .nullable()
    .default(null),
  tls: z
    .strictObject({
      ca: certificates,
      cert: certificates.meta({
        accepts: 'The certificate of the client and those of its issuers, in PEM. Needed by `key`.',
      }),
      key: secretInput.meta({ accepts: 'The private key of `cert` in PEM, without a passphrase.' }),
      minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
    })
    .prefault({}),
  proxy: z
    .strictObject({
      url: z
        .string()
        .trim()
        .min(1)
        .max(2_048)
        .meta({ accepts: '`http://` or `https://` with host and port alone, which may be called.' }),
      username: basicUserName.nullable().default(null),
      password: secretInput.meta({ accepts: noControls }),
    })
    .nullable()
    .default(null),
  signing: signing.nullable().default(null),
});

/** A connection as a client writes it: how to reach one third-party system. */
export const connectionInput = z.strictObject({
  type: z.literal('webhook').default('webhook'),
  name: documentName,
  description,
  baseUrl: z
    .string()
    .trim()
    .min(1)
    .max(2_048)
    .meta({ accepts: 'An absolute http or https URL that may be called, without query, fragment and credentials.' }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(null)
    .meta({ accepts: 'The port of the Base URL, which then has no other, and which no other protocol uses.' }),
  status: z.enum(['enabled', 'disabled', 'paused']).default('enabled'),
  auth: auth.prefault({ type: 'none' }),
  settings: connectionSettings.prefault({}),
});

/** The requests to a destination, or to all destinations of a connection, now. */
export const requestLoad = z.strictObject({
  /** Requests in flight. */
  inFlight: z.int(),
  /**
   * How many may be in flight: it follows the time of the receiver, up to 1,000 for each destination or to
   * `rate.concurrency`. null: it had no deliveries since the start.
   */
  limit: z.int().nullable(),
  /** The usual time of a request, in ms; of a connection, that of its busiest destination. null: not known yet. */
  responseMs: z.number().nullable(),
  /**
   * What due deliveries wait for: a rate, the concurrency limit (it still grows, or is as high as allowed), or the
   * receiver, which more requests at once would not make faster. null: none wait, or for something else.
   */
  limitedBy: z.enum(['rate', 'concurrency', 'receiver']).nullable(),
});
export type RequestLoad = z.output<typeof requestLoad>;

/** The state of a connection as its traffic shows it; read-only and not versioned. */
export const health = z.strictObject({
  state: z.enum(['ok', 'needs_attention', 'tripped']),
  reason: reason.nullable(),
  detail: z.string().nullable(),
  since: timestamp.nullable(),
  /** When the next delivery is sent as a probe. */
  nextProbeAt: timestamp.nullable(),
  /**
   * Until when no request is sent: the system asked for that (429 with Retry-After, a used up quota), or its token
   * endpoint did or failed. null: no such wait.
   */
  waitsUntil: timestamp.nullable(),
  held: z.int(),
  requests: requestLoad,
  /**
   * When the current access token expires, by the token endpoint; it is renewed automatically. null: no token, or no
   * expiry.
   */
  tokenExpiresAt: timestamp.nullable(),
  /** When the client certificate of `settings.tls` expires; requests fail afterwards. */
  certificateExpiresAt: timestamp.nullable(),
  /** When a pasted token expires, if it is a JSON Web Token with an expiry. A person has to replace it. */
  secretExpiresAt: timestamp.nullable(),
});
export type Health = z.output<typeof health>;

export type ConnectionBody = Stored<z.output<typeof connectionInput>>;

/** A connection as GET returns it (secrets as marks). */
export const connection = connectionInput.extend({ ...stamp, ...warnings, health });

export const testStep = z.strictObject({
  name: z.enum(['url', 'dns', 'connect', 'tls', 'token_request', 'token_answer', 'probe']),
  ok: z.boolean(),
  durationMs: z.number(),
  detail: z.string(),
  error: z.strictObject({ kind: errorKind, message: z.string() }).optional(),
});

export const testSteps = z.strictObject({ ok: z.boolean(), steps: z.array(testStep) });

/** What each connection of a page has, and what uses it. */
const connectionUsage = z.strictObject({
  id: z.string(),
  destinations: z.int(),
  enabledDestinations: z.int(),
  usedBy: usedByActions,
});

const connectionQuery = listQuery.extend({
  /** The status, or: enabled and its health is not ok; holds deliveries; a secret or certificate has ended or does soon. */
  state: z.enum(['enabled', 'disabled', 'paused', 'needs_attention', 'held', 'expiring']).optional(),
  authType: z.enum(['none', 'basic', 'bearer', 'oauth2']).optional(),
  /** Whether an action sends through it; needs actions:view. */
  used: flag.optional(),
  /** `true`: the page also says how many destinations each connection has, and by which actions it is used. */
  usage: flag.optional(),
});

export const connectionRoutes = tagged('connections', {
  ...documentRoutes({ one: 'connection', area: 'connections', input: connectionInput, output: connection }),
  listConnections: api('GET /connections', 'connections:view', 'List connections, newest first', {
    query: connectionQuery,
    output: listOf(connection).extend({ usage: z.array(connectionUsage).max(200).optional() }),
  }),
  testConnection: api('POST /connections/{id}/test', 'connections:manage', 'Test a connection step by step', {
    audit: 'test connection',
    output: testSteps,
  }),
  testUnsavedConnection: api('POST /connections/test', 'connections:manage', 'Test a connection before saving it', {
    audit: 'test connection',
    body: connectionInput,
    output: testSteps,
  }),
  fetchOpenapi: api(
    'POST /connections/openapi',
    'connections:manage',
    'Fetch an OpenAPI document by its URL, as the beginning of a connection',
    {
      audit: 'test connection',
      body: z.strictObject({
        url: line(2_048, 1).describe('Absolute. Refused when no OpenAPI document can be fetched there.'),
      }),
      /** Its text, YAML or JSON, and the URL to which redirects led. */
      output: z.strictObject({ url: z.string(), text: z.string() }),
    },
  ),
  probeConnection: api(
    'POST /connections/{id}/probe',
    'deliveries:manage',
    'Send the next held delivery as a probe, to check whether a tripped or refused connection works again, and end a pause that its system asked for',
    { audit: 'probe connection', output: health },
  ),
  releaseConnection: api(
    'POST /connections/{id}/release',
    'deliveries:manage',
    'Send the held deliveries of a connection: releases a hold that its traffic caused, ends a pause that its system asked for, and restarts the retry schedule of exhausted deliveries. Deliveries with an unknown outcome stay held, and are counted in `unknownOutcomes`: a person retries or cancels each',
    {
      audit: 'release connection',
      output: z.strictObject({ released: z.int(), unknownOutcomes: z.int(), health }),
    },
  ),
});
