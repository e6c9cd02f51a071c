/** What the API can answer instead of what was asked: status, title, and for people: cause and cure (docs/errors.md). */
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
    'The request line, a header or the body can not be read.',
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
    'No credentials, or ones that are unknown, expired or revoked.',
    'Send Authorization: Bearer <API token>, or sign in.',
  ],
  wrong_credentials: [
    401,
    'Wrong e-mail or password',
    'No enabled user has this e-mail and this password.',
    'Check both; whoever manages users can make a new one-time address to set a password at.',
  ],
  forbidden: [
    403,
    'Right missing',
    'The credentials lack a right that this needs, or the change would give somebody what they lack.',
    'Ask an administrator for the right that the answer names.',
  ],
  cross_site_request: [
    403,
    'Request from elsewhere',
    'A change with the session cookie came from another site, or does not tell where it comes from.',
    'Send Sec-Fetch-Site: same-origin or this server as Origin, as browsers do; programs use an API token. Behind a proxy set MILLRACE_PUBLIC_URL.',
  ],
  not_found: [404, 'Not found', 'Nothing has this address or id.', 'Check the id; it may have been deleted.'],
  unknown_collector: [
    404,
    'Unknown collector',
    'No enabled collector has this key.',
    'Take the key from Data Collection and check that the collector is enabled.',
  ],
  method_not_allowed: [
    405,
    'Method not allowed',
    'This address exists, but not for this method.',
    'Use a method that the Allow header names.',
  ],
  request_timeout: [
    408,
    'Request timeout',
    'The head did not arrive within 10 s, or the whole request within 12 s.',
    'Send it in one go; on a slow line, less at once.',
  ],
  conflict: [
    409,
    'Conflict',
    'The change does not fit the present state.',
    'Read the thing again and repeat the change.',
  ],
  name_taken: [409, 'Name taken', 'Another thing of this kind has this name.', 'Choose another name.'],
  in_use: [
    409,
    'In use',
    'Something else refers to it.',
    'Remove it from the things that the answer names, then delete it.',
  ],
  setup_done: [409, 'Set up already', 'There is an administrator.', 'Sign in; an administrator invites others.'],
  last_administrator: [
    409,
    'Last administrator',
    'Nobody would be left who has the Administrator role, a password and is enabled.',
    'Make another user an administrator first.',
  ],
  request_in_progress: [
    409,
    'Same request in progress',
    'A request with this Idempotency-Key is still running.',
    'Wait for its answer, then repeat.',
  ],
  version_mismatch: [
    412,
    'Changed meanwhile',
    'If-Match names a version that is no longer the present one.',
    'Read the present version, merge, and send it with its ETag.',
  ],
  too_large: [413, 'Too large', 'The body is over 1 MiB (inflated) or holds over 1,000 events.', 'Send less at once.'],
  unsupported_media_type: [
    415,
    'Unsupported media type',
    'The content type or content encoding is not one that this route reads.',
    'Send application/json; gzip, deflate and br are read on intake.',
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
    'The action would newly use a destination that is not enabled, or whose connection is not.',
    'Enable the destination and its connection first.',
  ],
  blocked_address: [
    422,
    'Address blocked',
    'The address is one that Millrace does not send to.',
    'Use a public address, or have the operator allow it with MILLRACE_EGRESS_ALLOW.',
  ],
  events_too_deep: [
    422,
    'Events too deep or wide',
    'An event is deeper than 32 levels or has more than 500 keys.',
    'Flatten the event; nothing of this request was stored.',
  ],
  too_complex: [
    422,
    'Too complex',
    'A template, a mapping or a condition takes more time or memory to compile or to try out than it may.',
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
    'Address and headers are over 16 KiB together, or there are over 100 headers.',
    'Send fewer or shorter ones; data belongs into the body.',
  ],
  rate_limited: [429, 'Too fast', 'Too many requests.', 'Wait as Retry-After says.'],
  sign_in_delayed: [
    429,
    'Too many failed sign-ins',
    'Sign-ins for this e-mail or from this address failed several times.',
    'Wait as Retry-After says; each further failure doubles the wait, up to a minute.',
  ],
  internal: [
    500,
    'Internal error',
    'Something failed inside Millrace.',
    'Look for the request id in the log and report it.',
  ],
  unavailable: [
    503,
    'Not available',
    'The server is starting or stopping, or what is stored can not be read at the moment.',
    'Try again as Retry-After says.',
  ],
  sign_in_busy: [
    503,
    'Too many sign-ins at once',
    'More passwords wait to be checked than is good for the server.',
    'Try again as Retry-After says.',
  ],
  storage_full: [
    503,
    'Storage full',
    'The disk or the size limit is reached and nothing finished is left to remove.',
    'Free space or raise MILLRACE_RETENTION_BYTES; nothing of this request was stored.',
  ],
  storage_busy: [
    503,
    'Storage busy',
    'More is waiting to be written than the disk takes.',
    'Try again as Retry-After says; nothing of this request was stored.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, cause: string, cure: string]>;

/** The closed list of error codes. */
export type ErrorCode = keyof typeof errors;

/** One thing wrong with the input: a JSON pointer (RFC 6901) and words. Without a code of its own it has the answer's. */
export type FieldError = { pointer: string; detail: string; code?: string };

/** The body of an error answer (RFC 9457). */
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

/** An expected failure: `code` decides the answer, `message` is for the caller, `internal` for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly internal: string | undefined;
  /** Further members of the problem, such as the present version on a 412. */
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
