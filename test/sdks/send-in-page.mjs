// Sends events with an SDK for pages: see README.md. `send(sdk, url, key)` ends when the last event was given to the SDK, and
// never with Snowplow.

import { jitsuAnalytics } from '@jitsu/js';
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';
import { AnalyticsBrowser } from '@segment/analytics-next';
import { newTracker, setUserId, trackSelfDescribingEvent } from '@snowplow/browser-tracker';
import posthog from 'posthog-js';

const seconds = (count) => new Promise((done) => setTimeout(done, count * 1_000));

async function rounds(send) {
  for (let n = 0; n < 15; n++) {
    if (n === 5 || n === 10) await seconds(1);
    send({ n, text: 'Käse 茶' });
  }
}

const sdks = {
  async segment(url, key) {
    const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: url });
    void analytics.identify('ann');
    await rounds((properties) => void analytics.track('Order Completed', properties));
  },
  async rudderstack(url, key) {
    const analytics = new RudderAnalytics();
    analytics.load(key, url, { configUrl: url });
    analytics.identify('ann');
    await rounds((properties) => analytics.track('Order Completed', properties));
  },
  async jitsu(url, key) {
    const analytics = jitsuAnalytics({ host: url, writeKey: `${key}:any` });
    await analytics.identify('ann').catch(() => {});
    await rounds((properties) => analytics.track('Order Completed', properties).catch(() => {}));
  },
  async posthog(url, key) {
    // It drops the events of automated browsers.
    posthog.init(key, { api_host: url, opt_out_useragent_filter: true, autocapture: false, capture_pageview: false });
    posthog.identify('ann');
    await rounds((properties) => posthog.capture('Order Completed', properties));
  },
  async snowplow(url, key) {
    newTracker('sp', `${url}/${key}`, { appId: 'shop' });
    setUserId('ann');
    const schema = 'iglu:com.example/order_completed/jsonschema/1-0-0';
    await rounds((data) => trackSelfDescribingEvent({ event: { schema, data } }));
    // What failed is repeated with the next event alone. Events of another name come as long as the page is open.
    for (;;) {
      await seconds(3);
      trackSelfDescribingEvent({ event: { schema: 'iglu:com.example/end/jsonschema/1-0-0', data: {} } });
    }
  },
};

globalThis.send = (sdk, url, key) => sdks[sdk](url, key);
