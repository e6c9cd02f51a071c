import type { BatchRoute, Format } from './format.ts';
import { sdkRefusal, success } from './sdk-requests.ts';
import { openTrack } from './track-events.ts';

const path = /^\/api\/s\/(?:s2s\/)?([a-z]+)\/?$/;

/** Events of `@jitsu/js`, one in each request. The body masks the key. The response names no destinations: there is no script to load. */
const events: BatchRoute = {
  method: 'POST',
  segment: 'api',
  path,
  // A preflight has no key.
  keyOf: (_path, { headers }) => headers['x-write-key']?.toString().split(':', 1)[0] ?? null,
  open(body, request) {
    const type = path.exec(request.url.split('?', 1)[0] ?? '')?.[1] ?? null;
    return openTrack(body, request, { type: type === 'batch' ? null : type, formatOf: () => 'jitsu' });
  },
  respond: (_taken, headers) => success(headers),
  refuse: sdkRefusal,
};

export const jitsu: Format = { name: 'jitsu', routes: [events] };
