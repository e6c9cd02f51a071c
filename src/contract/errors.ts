/** The errors of the API: status, title, cause and cure. docs/errors.md is generated from this table. */
export const errors = {
  malformed_json: [
    400,
    'Malformed JSON',
    'The body is not valid JSON in UTF-8.',
    'Send one JSON value; check quotes, commas and encoding.',
  ],
  malformed_request: [
    400,
    'Malformed request',
    'The request line, a header or the body is malformed.',
    'Check the URL, the headers and the encoding of the body.',
  ],
  invalid_events: [
    400,
    'Not events',
    'The body is not an object with a non-empty list `events` of non-empty objects.',
    'Send {"events": [{…}]}; nothing of this request was stored.',
  ],
  unauthorized: [
    401,
    'Not signed in',
    'The credentials are missing, unknown, expired or revoked.',
    'Send Authorization: Bearer <API token>, or sign in.',
  ],
  wrong_credentials: [
    401,
    'Wrong e-mail or password',
    'No enabled user has this e-mail and this password.',
    'Check both. A user manager can create a new link to set a password.',
  ],
  invalid_signature: [
    401,
    'Signature not valid',
    'A webhook has no signature, a wrong or an old one, or the collector has no secret to verify it.',
    'Compare the scheme and the secret of the collector with the settings of the provider, and the clocks of both.',
  ],
  sso_failed: [
    401,
    'Single sign-on failed',
    "The provider's response does not belong to this sign-in, or its token is not valid.",
    'Start the sign-in again. If it keeps failing, the log of the server has the reason.',
  ],
  sso_refused: [
    403,
    'Single sign-on refused',
    'The provider knows this person, but the person has no account or role here.',
    'The response says what is missing. An administrator can assign a group at the provider, or enable the user.',
  ],
  forbidden: [
    403,
    'Missing right',
    'The credentials lack a right that this request needs, or the change would grant a right that the caller lacks.',
    'Ask an administrator for the right that the response names.',
  ],
  cross_site_request: [
    403,
    'Cross-site request',
    'A change with the session cookie came from another site, or its origin is unknown.',
    'Send Sec-Fetch-Site: same-origin, or this server as Origin, as browsers do. In programs, use an API token. Behind a proxy, set MILLRACE_PUBLIC_URL.',
  ],
  origin_not_allowed: [
    403,
    'Origin not allowed',
    'The event was sent by a page of a site that the collector does not accept.',
    'Add the origin of the site to Allowed origins of the collector.',
  ],
  not_found: [404, 'Not found', 'No resource has this URL or id.', 'Check the id. The resource may have been deleted.'],
  unknown_collector: [
    404,
    'Unknown collector',
    'No enabled collector has this key.',
    'Take the key from Data Collection and check that the collector is enabled.',
  ],
  method_not_allowed: [
    405,
    'Method not allowed',
    'This URL exists, but not for this method.',
    'Use a method from the Allow header.',
  ],
  request_timeout: [
    408,
    'Request timeout',
    'The header did not arrive within 10 s, or the whole request within 12 s.',
    'Send the request without pauses. On a slow connection, send less per request.',
  ],
  conflict: [
    409,
    'Conflict',
    'The change conflicts with the current state.',
    'Read the resource again and repeat the change.',
  ],
  name_taken: [409, 'Name taken', 'Another resource of this kind has this name.', 'Choose another name.'],
  in_use: [
    409,
    'In use',
    'Other resources refer to this one.',
    'Remove the references that the response names, then delete the resource.',
  ],
  setup_done: [409, 'Already set up', 'There is an administrator.', 'Sign in, or ask for an invitation.'],
  last_administrator: [
    409,
    'Last administrator',
    'The change would leave no enabled user with the Administrator role and a password.',
    'Make another user an administrator first.',
  ],
  request_in_progress: [
    409,
    'Request in progress',
    'A request with this Idempotency-Key is still running.',
    'Wait for its response, then repeat the request.',
  ],
  request_interrupted: [
    409,
    'Request interrupted',
    'The server stopped while a request with this Idempotency-Key was running, or an erasure of a visitor has removed its response. It may have had its effect.',
    'Check whether it had. If not, send the request with a new key.',
  ],
  version_mismatch: [
    412,
    'Version changed',
    'If-Match names a version that is no longer current.',
    'Read the current version, merge, and send the change with the new ETag.',
  ],
  too_large: [
    413,
    'Too large',
    'The body is over the limit of its URL: 64 MiB for an import, 1 MiB for all others, also after inflating. Or a request has over 1,000 events, or a document of an import is over 1 MiB.',
    'Send less per request.',
  ],
  unsupported_media_type: [
    415,
    'Unsupported media type',
    'This route does not read this content type or content encoding.',
    'Send application/json. Intake also reads gzip, deflate and br.',
  ],
  invalid_value: [
    422,
    'Invalid value',
    'A field is unknown, missing or out of bounds.',
    'Correct the fields that `errors` points to.',
  ],
  invalid_template: [
    422,
    'Template does not compile',
    'The template or a mapping expression has an error.',
    'Correct it at the line and column that `errors` names.',
  ],
  destination_not_enabled: [
    422,
    'Destination not enabled',
    'The action adds a destination that is disabled, or whose connection is disabled.',
    'Enable the destination and its connection first.',
  ],
  blocked_address: [
    422,
    'Address blocked',
    'Millrace is not allowed to send to this address.',
    'Use a public address, or have the operator allow it with MILLRACE_EGRESS_ALLOW.',
  ],
  events_too_deep: [
    422,
    'Event too deep or too wide',
    'An event is nested deeper than 32 levels, has more than 500 keys or 10,000 list elements, or the request has more than 80,000 values.',
    'Flatten the event, or send fewer events in a request. Nothing of this request was stored.',
  ],
  too_complex: [
    422,
    'Too complex',
    'A template, mapping or condition needs more time or memory to compile or test than the limit allows.',
    'Make it smaller: fewer tags, shorter expressions, fewer comparisons.',
  ],
  idempotency_key_reused: [
    422,
    'Idempotency-Key reused',
    'This Idempotency-Key was used with another body.',
    'Use a new key for a new request.',
  ],
  headers_too_large: [
    431,
    'Headers too large',
    'The URL and headers are over 16 KiB together, or there are over 100 headers.',
    'Send fewer or shorter headers; data belongs in the body.',
  ],
  rate_limited: [429, 'Too many requests', 'The rate limit is exceeded.', 'Wait for the time in Retry-After.'],
  sign_in_delayed: [
    429,
    'Too many failed sign-ins',
    'Sign-ins for this e-mail or from this address failed several times.',
    'Wait for the time in Retry-After. Each further failure doubles the wait, up to a minute.',
  ],
  internal: [
    500,
    'Internal error',
    'An error occurred inside Millrace.',
    'Look for the request id in the log and report it.',
  ],
  unavailable: [
    503,
    'Not available',
    'The server is starting or stopping, or its storage is not readable at the moment.',
    'Try again after the time in Retry-After.',
  ],
  sign_in_busy: [
    503,
    'Too many sign-ins at once',
    'Too many password checks are waiting.',
    'Try again after the time in Retry-After.',
  ],
  sso_unavailable: [
    503,
    'Single sign-on not available',
    'The OpenID Connect provider did not respond.',
    'Try again later, or sign in with a password. The log of the server has the reason.',
  ],
  storage_full: [
    503,
    'Storage full',
    'The disk is full, or the size limit is reached with only unfinished deliveries left, after finished data and the identities of events were removed.',
    'Free disk space or raise MILLRACE_RETENTION_BYTES. Nothing of this request was stored.',
  ],
  storage_busy: [
    503,
    'Storage busy',
    'The queue of writes is over its limit: requests arrive faster than the disk can store them. Or the events are stored, and what they fire could not be stored in 5 s (the message says it).',
    'Try again after the time in Retry-After. Events with an id or an Idempotency-Key are not stored twice.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, cause: string, cure: string]>;

/** The closed list of error codes. */
export type ErrorCode = keyof typeof errors;

/**
 * One problem of the input: a JSON pointer (RFC 6901) and a message. Without a `code` it has the code of the response.
 */
export type FieldError = { pointer: string; detail: string; code?: string };

/** The body of an error response (RFC 9457). */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCode;
  requestId: string;
  errors?: Required<FieldError>[];
};

/** An expected failure: `code` determines the response, `message` is for the caller, `internal` for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly internal: string | undefined;
  /** Additional members of the response, such as the current version on a 412. */
  readonly extra: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message: string = errors[code][2],
    more: { errors?: FieldError[]; internal?: string; cause?: unknown; extra?: Record<string, unknown> } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = more.errors;
    this.internal = more.internal;
    this.extra = more.extra ?? {};
  }

  get status(): number {
    return errors[this.code][0];
  }
}

/** An object that uses another one and prevents its deletion. */
export type User = { kind: string; id: string; name: string };

const named = 5;

/** Something is used and can't be deleted: the message names the first users, the member `users` has all. */
export function inUse(users: readonly User[]): AppError {
  const first = users.slice(0, named).map(({ kind, id, name }) => `${kind} ${name} (${id})`);
  const more = users.length > named ? ` and ${users.length - named} more` : '';
  return new AppError('in_use', `Used by ${first.join(', ')}${more}.`, { extra: { users } });
}

/** Limit of listed problems per body. */
const listedMax = 100;

/** The error for invalid fields; its message names the first. */
export function invalid(listed: FieldError[], extra: Record<string, unknown> = {}): AppError {
  const [first] = listed;
  const message =
    first === undefined ? undefined : first.pointer === '' ? first.detail : `${first.pointer}: ${first.detail}`;
  return new AppError('invalid_value', message, { errors: listed.slice(0, listedMax), extra });
}

/** The error for invalid fields, of which some may be addresses that Millrace is not allowed to send to. */
export function invalidOrBlocked(listed: FieldError[]): AppError {
  const blocked = listed.find(({ code }) => code === 'blocked_address');
  if (blocked === undefined) return invalid(listed);
  const coded = listed.map((one) => ({ ...one, code: one.code ?? 'invalid_value' }));
  return new AppError('blocked_address', blocked.detail, { errors: coded });
}
