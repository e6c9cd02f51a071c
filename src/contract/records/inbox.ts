import { z } from 'zod';
import { durationMs, timestamp } from '../text.ts';

/** A request to the built-in Inbox, credentials masked; `status` is the status of its response. */
export const inboxRequest = z.strictObject({
  id: z.string(),
  inbox: z.string(),
  receivedAt: timestamp,
  method: z.string(),
  path: z.string(),
  query: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  truncated: z.boolean(),
  status: z.int(),
});
export type InboxRequest = z.output<typeof inboxRequest>;

/** The behavior of an inbox, as a client writes it: a delay, and 503 for the next `failFirst` requests. */
export const inboxRuleInput = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  delayMs: durationMs(0, 60_000).default(0),
  body: z.string().max(65_536).default(''),
  failFirst: z.int().min(0).max(10_000).default(0),
});

/** A rule as GET returns it; `failsLeft` is the number of requests still to fail. */
export const inboxRule = inboxRuleInput.extend({ inbox: z.string(), failsLeft: z.int() });
export type InboxRule = z.output<typeof inboxRule>;
