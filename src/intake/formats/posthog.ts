import { asAppError } from '../../http/problem.ts';
import type { BatchRoute, Format, IntakeResponse } from './format.ts';
import { openPosthog } from './posthog-events.ts';
import { posthogSettings } from './posthog-settings.ts';
import { sdkRefusal, success } from './sdk-requests.ts';

/** Events of PostHog's SDKs: a batch, a list or one. The key is in the body. */
const events: Omit<BatchRoute, 'segment' | 'path'> = {
  method: 'POST',
  keyOf: () => null,
  open: openPosthog,
  respond: (_taken, headers) => success(headers, '{"status":1}'),
  refuse: posthogRefusal,
};

/** The newer addresses, whose SDKs send the key as credentials and want to know which events are refused. */
const newer: BatchRoute = {
  ...events,
  segment: 'i',
  path: /^\/i\/v1\/analytics\/events\/?$/,
  // A preflight has no credentials.
  keyOf: (_path, { headers }) => /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null,
  respond({ refused }, headers) {
    const dropped = refused.flatMap(({ id }) => (id === undefined ? [] : [[id, { result: 'drop' }] as const]));
    return success(headers, JSON.stringify({ results: Object.fromEntries(dropped) }));
  },
  namesRefused: true,
};

export const posthog: Format = {
  name: 'posthog',
  routes: [
    ...['batch', 'capture', 'e', 'engage', 'track'].map(
      (segment): BatchRoute => ({ ...events, segment, path: new RegExp(`^/${segment}/?$`) }),
    ),
    { ...events, segment: 'i', path: /^\/i\/v0\/(?:e|ai\/batch)\/?$/ },
    newer,
    ...posthogSettings(posthogRefusal),
  ],
};

/** SDKs lose a batch at 429, and one halves it at 413. */
function posthogRefusal(error: unknown, problem: IntakeResponse): IntakeResponse {
  const refused = sdkRefusal(error, problem);
  if (refused.status === 429) return { ...refused, status: 503 };
  return asAppError(error).code === 'too_large' ? { ...refused, status: 413 } : refused;
}
