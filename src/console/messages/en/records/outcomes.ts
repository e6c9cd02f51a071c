import type { Attempt, DeliveryStatus, ErrorKind, Reason } from '../../../../contract/records/delivery.ts';

/** What a state means, and what happens next. */
type StateWords = { meaning: string; next: string };
/** A cause: as a label, as the end of a sentence after “because” or a colon, and how to fix it (empty: nothing to do). */
type CauseWords = { short: string; why: string; todo: string };

/** Every state of a delivery. The names of the states are in `parts.status`. */
const status: Readonly<Record<DeliveryStatus, StateWords>> = {
  pending: { meaning: 'Queued.', next: 'It will be sent soon.' },
  sending: { meaning: 'Sending now.', next: 'The result will show here in a moment.' },
  retrying: { meaning: 'The last attempt failed.', next: 'It will be retried automatically.' },
  held: { meaning: 'On hold.', next: 'It is kept, not lost.' },
  delivered: { meaning: 'Delivered.', next: '' },
  failed: { meaning: 'Failed.', next: 'It won’t be retried automatically.' },
  skipped: { meaning: 'Skipped by the template.', next: '' },
  cancelled: { meaning: 'Cancelled.', next: '' },
};

/** Every reason of a delivery's state. */
const reason: Readonly<Record<Reason, CauseWords>> = {
  connection_disabled: {
    short: 'Connection disabled',
    why: 'the connection is disabled',
    todo: 'Enable the connection to send held deliveries.',
  },
  connection_paused: {
    short: 'Connection paused',
    why: 'the connection is paused',
    todo: 'Resume the connection to send held deliveries.',
  },
  destination_disabled: {
    short: 'Destination disabled',
    why: 'the destination is disabled',
    todo: 'Enable the destination to send held deliveries.',
  },
  destination_paused: {
    short: 'Destination paused',
    why: 'the destination is paused',
    todo: 'Resume the destination to send held deliveries.',
  },
  all_held: {
    short: 'All deliveries held',
    why: 'all deliveries of this server are held',
    todo: 'Release all deliveries in the notice at the top of the page.',
  },
  credentials_missing: {
    short: 'Credentials missing',
    why: 'a credential is missing',
    todo: 'Enter it on the connection, or on the destination if it is a destination header. Saving sends held deliveries.',
  },
  auth_rejected: {
    short: 'Credentials rejected',
    why: 'the system rejected the credentials of the connection',
    todo: 'Correct and test the connection’s authentication. Saving sends held deliveries.',
  },
  breaker_open: {
    short: 'Too many errors',
    why: 'too many requests failed',
    todo: 'No action needed. Millrace will resume when the system responds.',
  },
  budget: {
    short: 'Rate limited',
    why: 'the connection’s rate limit is reached',
    todo: 'No action needed. If the system accepts more requests, raise the connection’s rate limit.',
  },
  order: {
    short: 'Waiting for an earlier delivery',
    why: 'an earlier delivery with the same ordering key isn’t finished',
    todo: 'Open the earlier delivery. This one is sent once that is delivered or cancelled.',
  },
  exhausted: {
    short: 'All attempts used',
    why: 'every attempt of the retry schedule failed',
    todo: 'Fix the problem, then retry. Saving a change of the destination or connection retries too.',
  },
  expired: {
    short: 'Expired on hold',
    why: 'it was on hold for longer than the connection allows',
    todo: 'Retry it if it should still be sent.',
  },
  unknown_outcome: {
    short: 'Outcome unknown',
    why: 'the request may have arrived, and the destination is set to avoid sending twice',
    todo: 'Check in the other system whether it was received, then retry or cancel.',
  },
  http_3xx: {
    short: 'Redirected',
    why: 'the system responded with a redirect',
    todo: 'Correct the Base URL or Endpoint Path (redirects are not followed), then retry.',
  },
  http_4xx: {
    short: 'Rejected',
    why: 'the destination rejected the request',
    todo: 'See the response below, correct the destination or its template, then retry with the current template.',
  },
  http_5xx: {
    short: 'Server error',
    why: 'the system failed to handle the request',
    todo: 'Ask the operator of the system, then retry.',
  },
  protocol: {
    short: 'Invalid HTTP response',
    why: 'the response isn’t valid HTTP',
    todo: 'Check Base URL and Port: another service may be listening there.',
  },
  unreachable: {
    short: 'Unreachable',
    why: 'the system is unreachable',
    todo: 'Check the Base URL and whether the system is up, then retry.',
  },
  template_error: {
    short: 'Template error',
    why: 'the template failed on this event',
    todo: 'Correct the template, then retry with the current template.',
  },
  template_skipped: {
    short: 'Nothing to send',
    why: 'the template returned nothing for this event',
    todo: 'No action needed if that is intended. Otherwise check the template.',
  },
  poison: {
    short: 'Quarantined',
    why: 'the server crashed repeatedly while handling this delivery',
    todo: 'Check the event and the template before you retry.',
  },
  blocked: {
    short: 'Address blocked',
    why: 'this server blocks requests to that address',
    todo: 'Correct the URL, or ask the person who runs the server to allow it (MILLRACE_EGRESS_ALLOW).',
  },
  cancelled: { short: 'Cancelled', why: 'a user cancelled it', todo: 'Retry it if it should still be sent.' },
  interrupted: { short: 'Interrupted', why: 'the server stopped during this test', todo: 'Send the test again.' },
  internal_error: {
    short: 'Internal error',
    why: 'an internal error occurred in Millrace',
    todo: 'Check the server’s log, then retry.',
  },
};

/** Status 304, which has the reason `http_3xx`, but is no redirect. */
const notModified: Omit<CauseWords, 'short'> = {
  why: 'the system responded that nothing was modified, which doesn’t confirm that the data was accepted',
  todo: 'Remove headers such as If-None-Match, or add a response rule: 304 is a success.',
};

const { http_3xx, http_4xx, http_5xx, protocol, blocked, template_error, internal_error } = reason;

/** Every error of one attempt. */
const errorKind: Readonly<Record<ErrorKind, CauseWords>> = {
  dns: { short: 'Host not found', why: 'the host name wasn’t found', todo: 'Check the host name in the Base URL.' },
  connect: {
    short: 'Connection failed',
    why: 'the connection failed',
    todo: 'Check Base URL and Port, and whether the system is up.',
  },
  tls: {
    short: 'TLS failed',
    why: 'the TLS handshake failed',
    todo: 'Test the connection to see what is wrong with the certificate.',
  },
  timeout: {
    short: 'Timed out',
    why: 'the request timed out',
    todo: 'If the system is slow, raise the request timeout of the connection.',
  },
  reset: { short: 'Connection reset', why: 'the system closed the connection before it responded', todo: '' },
  http_3xx,
  http_4xx: { ...http_4xx, todo: 'See its response.' },
  http_429: { short: 'Rate limited', why: 'the system is rate limiting requests', todo: '' },
  http_5xx: { ...http_5xx, todo: '' },
  too_large: { short: 'Response too large', why: 'the response is too large', todo: '' },
  blocked,
  auth: {
    short: 'Authentication failed',
    why: 'authentication failed',
    todo: 'Test the authentication of the connection.',
  },
  template: { ...template_error, todo: 'Correct the template.' },
  protocol,
  internal_error: { ...internal_error, todo: 'Check the server’s log.' },
};

/** The result of one attempt. */
const attempt: Readonly<Record<Attempt['outcome'], string>> = {
  delivered: 'delivered',
  retry: 'will retry',
  failed: 'failed',
  held: 'held',
  skipped: 'skipped',
  refreshed: 'new token needed',
  split: 'batch rejected, split in half',
};

/** Words for every state, reason and error of deliveries. A new one in the contract fails the type check here. */
export const outcomes = { status, reason, errorKind, notModified, attempt };
