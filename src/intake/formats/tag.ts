import { type BatchRoute, decodedKey, type Format } from './format.ts';
import { sdkRefusal, success } from './sdk-requests.ts';
import { openTrack } from './track-events.ts';

/** Events of pages with `/tag.js`: batches as text, which a page can send to another origin without a preflight. */
const events: BatchRoute = {
  method: 'POST',
  segment: 'tag',
  path: /^\/tag\/([^/#]+)$/,
  keyOf: ([, key = '']) => decodedKey(key),
  open: (body, request) => openTrack(body, request, { type: null, formatOf: () => 'tag' }),
  respond: (_taken, headers) => success(headers),
  refuse: sdkRefusal,
};

export const tag: Format = { name: 'tag', routes: [events] };
