import type { BatchRoute, Format, IntakeRequest, SettingsRoute } from './format.ts';
import { decodedKey } from './format.ts';
import type { JsonObject } from './json-values.ts';
import { basicUser, sdkRefusal, success } from './sdk-requests.ts';
import { openTrack } from './track-events.ts';

/** The types of events, by the last segment of the address; `@segment/analytics-next` shortens them. */
const typeOfAddress = new Map([
  ['t', 'track'],
  ['p', 'page'],
  ['i', 'identify'],
  ['g', 'group'],
  ['a', 'alias'],
  ['s', 'screen'],
  ...['track', 'page', 'identify', 'group', 'alias', 'screen'].map((type) => [type, type] as const),
]);

const addresses = [...typeOfAddress.keys(), 'b', 'batch', 'import'].join('|');
const path = new RegExp(`^/v1/(${addresses})/?$`);

/** Events of Segment's and RudderStack's SDKs, which use the same addresses. */
const events: BatchRoute = {
  method: 'POST',
  segment: 'v1',
  path,
  keyOf: (_path, { headers }) => basicUser(headers),
  open: (body, request) =>
    openTrack(body, request, { type: typeOfAddress.get(lastSegment(request)) ?? null, formatOf }),
  respond: (_taken, headers) => success(headers),
  refuse: sdkRefusal,
};

/** The settings of `@segment/analytics-next`, which say where events go, so that `cdnURL` is the only address to change. */
const settings: SettingsRoute = {
  method: 'GET',
  segment: 'v1',
  path: /^\/v1\/projects\/([^/#]+)\/settings\/?$/,
  keyOf: ([, key = '']) => decodedKey(key),
  settings(request, headers) {
    const protocol = isSecure(request) ? 'https' : 'http';
    const own = { apiKey: request.key, apiHost: `${request.headers.host ?? ''}/v1`, protocol };
    return success(headers, JSON.stringify({ integrations: { 'Segment.io': own }, plan: {} }));
  },
  refuse: sdkRefusal,
};

export const segment: Format = { name: 'segment', routes: [events, settings] };

const lastSegment = ({ url }: IntakeRequest): string => path.exec(url.split('?', 1)[0] ?? '')?.[1] ?? '';

/** RudderStack's SDKs name a channel in their events and have the key in no body. */
function formatOf(around: JsonObject, first: JsonObject): 'segment' | 'rudderstack' {
  return around['writeKey'] === undefined && typeof first['channel'] === 'string' ? 'rudderstack' : 'segment';
}

/** Whether the sender reaches this server by https: a page of https could send nothing else. */
function isSecure({ headers }: IntakeRequest): boolean {
  const [forwarded = ''] = String(headers['x-forwarded-proto'] ?? '').split(',', 1);
  return forwarded.trim() === 'https' || headers.origin?.startsWith('https:') === true;
}
