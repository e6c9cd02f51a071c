import { type BatchRoute, decodedKey, type Format, type IntakeResponse } from './format.ts';
import { locatedEvents } from './located-events.ts';
import { openJson } from './opened-json.ts';
import { pixel } from './pixel.ts';
import { pageAddress, queryValue, sdkRefusal, success, textOf } from './sdk-requests.ts';
import { snowplowEvent } from './snowplow-events.ts';

/** The key, if it is the first segment of the path. Other parts of the server have paths like that. */
const keyBefore = '(?:/(?!(?:api|assets|inbox)/)([^/#]+))?';

/**
 * Events of Snowplow's trackers, `{schema, data: […]}`, at a path of a vendor and a version, which a tracker may set. The
 * key is the segment before them, else the application id of the events.
 */
const post: BatchRoute = {
  method: 'POST',
  segment: null,
  path: new RegExp(`^${keyBefore}/[\\w-]+(?:\\.[\\w-]+)+/[\\w-]+/?$`),
  keyOf: ([, key]) => (key === undefined ? null : decodedKey(key)),
  async open(body, request) {
    const address = pageAddress(request);
    return locatedEvents(await openJson(body, 'data'), {
      format: 'snowplow',
      keyOf: ({ aid }) => textOf(aid),
      eventOf: (item, json, reception) => snowplowEvent(item, json, address, reception),
    });
  },
  respond: (_taken, headers) => success(headers),
  refuse: snowplowRefusal,
};

/** An event in a query. The response is an image, since older trackers load it as one. */
const get: BatchRoute = {
  method: 'GET',
  segment: null,
  path: new RegExp(`^${keyBefore}/i/?$`),
  keyOf: ([, key], { url }) => (key === undefined ? (queryValue(url, 'aid') ?? '') : decodedKey(key)),
  async open(_body, request) {
    const [, query = ''] = request.url.split(/\?(.*)/s, 2);
    const item = Object.fromEntries(new URLSearchParams(query));
    return {
      key: () => null,
      format: 'snowplow',
      count: 1,
      bytesOf: () => query.length,
      eventAt: (_index, reception) => snowplowEvent(item, () => Buffer.from(query), pageAddress(request), reception),
    };
  },
  respond: (_taken, headers) => pixel(headers),
  refuse(error, problem) {
    const refused = snowplowRefusal(error, problem);
    return refused.status === 200 ? pixel({ ...refused.headers, 'content-type': 'image/gif' }) : refused;
  },
};

export const snowplow: Format = { name: 'snowplow', routes: [post, get] };

/**
 * A request of which nothing can be read gets the status of a success: some trackers repeat a refused one without end, and
 * send nothing else before.
 */
function snowplowRefusal(error: unknown, problem: IntakeResponse): IntakeResponse {
  const refused = sdkRefusal(error, problem);
  return refused.status === 400 ? { ...refused, status: 200 } : refused;
}
