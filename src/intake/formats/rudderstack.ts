import type { BatchRoute, Format, SettingsRoute } from './format.ts';
import { basicUser, queryValue, sdkRefusal, success } from './sdk-requests.ts';
import { openTrack } from './track-events.ts';

/** Events that a page sends while it is left: the key stands in the query alone. Other events come to Segment's addresses. */
const beacon: BatchRoute = {
  method: 'POST',
  segment: 'beacon',
  path: /^\/beacon\/v1\/batch\/?$/,
  keyOf: (_path, { url }) => queryValue(url, 'writeKey') ?? '',
  open: (body, request) => openTrack(body, request, { type: null, formatOf: () => 'rudderstack' }),
  respond: (_taken, headers) => success(headers),
  refuse: sdkRefusal,
};

/** The configuration that `@rudderstack/analytics-js` asks for before it sends: no destination, no reports about itself. */
const settings: SettingsRoute = {
  method: 'GET',
  segment: 'sourceConfig',
  path: /^\/sourceConfig\/?$/,
  keyOf: (_path, { url, headers }) => queryValue(url, 'writeKey') ?? basicUser(headers) ?? '',
  settings({ key }, headers) {
    const off = { enabled: false };
    const source = {
      id: 'millrace',
      name: 'Millrace',
      writeKey: key,
      enabled: true,
      workspaceId: 'millrace',
      destinations: [],
      updatedAt,
      dataplanes: {},
      config: { statsCollection: { errors: off, metrics: off } },
    };
    return success(headers, JSON.stringify({ source, updatedAt }));
  },
  refuse: sdkRefusal,
};

/** Never changes: the configuration is the same for all. */
const updatedAt = '2026-01-01T00:00:00.000Z';

export const rudderstack: Format = { name: 'rudderstack', routes: [beacon, settings] };
