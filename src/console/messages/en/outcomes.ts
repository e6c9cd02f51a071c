import type { Attempt, DeliveryStatus, ErrorKind, Reason } from '../../../contract/records/delivery.ts';

/** What a state means, and what happens next by itself. */
type StateWords = { meaning: string; next: string };
/** A cause in words: short, as a sentence, and what a person can do about it (empty: nothing needs doing). */
type CauseWords = { short: string; why: string; todo: string };

/** Every state of a delivery, in words. The states' names stand in `parts.status`. */
const status: Readonly<Record<DeliveryStatus, StateWords>> = {
  pending: { meaning: 'It waits for its turn to be sent.', next: 'It goes out by itself.' },
  sending: { meaning: 'It is being sent right now.', next: 'The outcome shows here in a moment.' },
  retrying: { meaning: 'An attempt did not succeed.', next: 'It is tried again by itself.' },
  held: { meaning: 'It is kept safe and not sent for now.', next: 'Nothing is lost.' },
  delivered: { meaning: 'The system took it.', next: 'Nothing is left to do.' },
  failed: { meaning: 'It was given up.', next: 'It is not tried again by itself.' },
  skipped: { meaning: 'The template decided that there is nothing to send.', next: 'Nothing is sent.' },
  cancelled: { meaning: 'It was ended before it was sent.', next: 'It is not sent any more.' },
};

/** Every reason why a delivery stands where it stands. */
const reason: Readonly<Record<Reason, CauseWords>> = {
  connection_disabled: {
    short: 'Connection disabled',
    why: 'its connection is disabled',
    todo: 'Enable the connection: what is held goes out by itself.',
  },
  connection_paused: {
    short: 'Connection paused',
    why: 'its connection is paused',
    todo: 'Resume the connection: what is held goes out by itself.',
  },
  destination_disabled: {
    short: 'Destination disabled',
    why: 'its destination is disabled',
    todo: 'Enable the destination: what is held goes out by itself.',
  },
  destination_paused: {
    short: 'Destination paused',
    why: 'its destination is paused',
    todo: 'Resume the destination: what is held goes out by itself.',
  },
  credentials_missing: {
    short: 'Credentials missing',
    why: 'a credential is missing',
    todo: 'Enter it on the connection (or, for a destination header, on the destination). Saving sends the held deliveries.',
  },
  auth_rejected: {
    short: 'Sign-in refused',
    why: 'the system refused the credentials of the connection',
    todo: 'Correct the authentication of the connection and test it: saving releases what is held.',
  },
  breaker_open: {
    short: 'Too many failures',
    why: 'too many requests to this destination failed in a row, so that it gets a rest',
    todo: 'Nothing: Millrace probes by itself and goes on as soon as the system answers again.',
  },
  budget: {
    short: 'Waits for budget',
    why: 'the requests that its connection may make are used up for the moment',
    todo: 'Nothing: it goes out as soon as there is room. Raise the rate of the connection if the system takes more.',
  },
  order: {
    short: 'Waits for an earlier one',
    why: 'deliveries of the same key leave one after the other, and an earlier one is not finished yet',
    todo: 'Open the earlier one and see what keeps it: as soon as it is delivered, or cancelled, this one goes out by itself.',
  },
  exhausted: {
    short: 'All attempts used',
    why: 'every attempt of the retry schedule failed',
    todo: 'Find out what is wrong with the system, then press Retry now. Saving a change of the destination or connection releases it too.',
  },
  expired: {
    short: 'Waited too long',
    why: 'it was held for longer than the connection allows',
    todo: 'Press Retry now if it should still be sent.',
  },
  unknown_outcome: {
    short: 'Outcome unknown',
    why: 'the system did not answer in time, and the destination says not to risk sending twice',
    todo: 'Look in the other system whether it arrived. Retry now sends it again; Cancel leaves it.',
  },
  http_3xx: {
    short: 'Redirected',
    why: 'the system answered that it has moved to another address',
    todo: 'Correct the Base URL or the Endpoint Path (Millrace never follows a redirect), then press Retry now.',
  },
  http_4xx: {
    short: 'Refused',
    why: 'the system refused the request',
    todo: 'Read its answer below, correct the destination or its template, then press Retry with current template.',
  },
  http_5xx: {
    short: 'System error',
    why: 'the system failed while it handled the request',
    todo: 'Ask whoever runs the other system, then press Retry now.',
  },
  protocol: {
    short: 'Not HTTP',
    why: 'the system answered something that is not valid HTTP',
    todo: 'Check Base URL and Port: something else may listen there.',
  },
  unreachable: {
    short: 'Not reachable',
    why: 'the system could not be reached',
    todo: 'Check the Base URL and whether the system is up, then press Retry now.',
  },
  template_error: {
    short: 'Template error',
    why: 'the template of the destination failed on this event',
    todo: 'Correct the template, then press Retry with current template.',
  },
  template_skipped: {
    short: 'Nothing to send',
    why: 'the template made an empty body for this event, which means: send nothing',
    todo: 'Nothing, if that is meant. Otherwise look at the template.',
  },
  poison: {
    short: 'Stopped for safety',
    why: 'the server crashed several times in a row while it handled this delivery',
    todo: 'Look at the event and the template before you press Retry now.',
  },
  blocked: {
    short: 'Address blocked',
    why: 'the address may not be reached from here',
    todo: 'Correct the address, or ask the operator to allow it (MILLRACE_EGRESS_ALLOW).',
  },
  cancelled: {
    short: 'Cancelled',
    why: 'somebody cancelled it',
    todo: 'Press Retry now if it should be sent after all.',
  },
  interrupted: {
    short: 'Interrupted',
    why: 'the program ended while this test was on its way',
    todo: 'Start the test again.',
  },
  internal_error: {
    short: 'Internal error',
    why: 'Millrace itself failed',
    todo: 'Ask the operator to look in the server’s log, then try again.',
  },
};

/** Everything that can go wrong in one attempt. */
const errorKind: Readonly<Record<ErrorKind, CauseWords>> = {
  dns: {
    short: 'Name not found',
    why: 'the name of the system could not be looked up',
    todo: 'Check the host name in the Base URL.',
  },
  connect: {
    short: 'No connection',
    why: 'nothing answered at this address and port',
    todo: 'Check Base URL and Port, and whether the system is up.',
  },
  tls: {
    short: 'TLS failed',
    why: 'no secure connection could be made',
    todo: 'Test the connection: it shows what is wrong with the certificate.',
  },
  timeout: {
    short: 'Timed out',
    why: 'the system did not answer in time',
    todo: 'If it is slow on purpose, raise the time-out of the connection.',
  },
  reset: { short: 'Cut off', why: 'the system closed the connection before it answered', todo: '' },
  http_3xx: {
    short: 'Redirected',
    why: 'the system answered that it has moved',
    todo: 'Correct the Base URL or the Endpoint Path.',
  },
  http_4xx: { short: 'Refused', why: 'the system refused the request', todo: 'Read its answer.' },
  http_429: { short: 'Too many requests', why: 'the system asked to be sent less for a while', todo: '' },
  http_5xx: { short: 'System error', why: 'the system failed while it handled the request', todo: '' },
  too_large: { short: 'Answer too large', why: 'the answer was larger than Millrace reads', todo: '' },
  blocked: {
    short: 'Address blocked',
    why: 'the address may not be reached from here',
    todo: 'Correct the address, or ask the operator to allow it (MILLRACE_EGRESS_ALLOW).',
  },
  auth: {
    short: 'Sign-in failed',
    why: 'Millrace could not sign in to the system',
    todo: 'Test the authentication of the connection.',
  },
  template: { short: 'Template error', why: 'the template failed on this event', todo: 'Correct the template.' },
  protocol: {
    short: 'Not HTTP',
    why: 'the answer is not valid HTTP',
    todo: 'Check Base URL and Port: something else may listen there.',
  },
  internal_error: {
    short: 'Internal error',
    why: 'Millrace itself failed',
    todo: 'Ask the operator to look in the server’s log.',
  },
};

/** What came of one attempt. */
const attempt: Readonly<Record<Attempt['outcome'], string>> = {
  delivered: 'Delivered',
  retry: 'To be retried',
  failed: 'Failed',
  held: 'Held',
  skipped: 'Skipped',
  refreshed: 'New token needed',
  split: 'Refused as a batch, sent again in parts',
};

/** The words for every state, reason and kind of error of deliveries. A new one in the contract fails the build here. */
export const outcomes = { status, reason, errorKind, attempt };
