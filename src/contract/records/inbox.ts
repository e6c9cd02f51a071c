import { z } from 'zod';
import { durationMs, timestamp } from '../text.ts';

/** A request as the built-in Inbox received it, credentials masked; `status` is what it was answered with. */
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

/** How an inbox answers, as a person writes it: after a delay, and with 503 to the next `failFirst` requests. */
export const inboxRuleInput = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  delayMs: durationMs(0, 60_000).default(0),
  body: z.string().max(65_536).default(''),
  failFirst: z.int().min(0).max(10_000).default(0),
});

/** A rule as GET shows it; `failsLeft` of the first requests are still to fail. */
export const inboxRule = inboxRuleInput.extend({ inbox: z.string(), failsLeft: z.int() });
export type InboxRule = z.output<typeof inboxRule>;
