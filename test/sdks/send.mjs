// Sends events with an SDK for Node.js: see README.md. Arguments: SDK, URL, key.

const [sdk, url, key] = process.argv.slice(2);
// Some SDKs reject what no one waits for when they give up.
process.on('unhandledRejection', () => {});
const isTold = new Promise((told) => void process.stdin.on('end', told).resume());
const second = () => new Promise((done) => setTimeout(done, 1_000));

async function rounds(send, flush = () => {}) {
  for (let n = 0; n < 15; n++) {
    if (n === 5 || n === 10) {
      flush();
      await second();
    }
    send({ n, text: 'Käse 茶' });
  }
}

const track = (properties) => ({ userId: 'ann', event: 'Order Completed', properties });

const sdks = {
  async segment() {
    const { Analytics } = await import('@segment/analytics-node');
    const analytics = new Analytics({ writeKey: key, host: url, flushAt: 5 });
    analytics.on('error', () => {});
    await rounds((properties) => analytics.track(track(properties)));
    await isTold;
    await analytics.closeAndFlush();
  },
  async rudderstack() {
    const { default: RudderAnalytics } = await import('@rudderstack/rudder-sdk-node');
    const analytics = new RudderAnalytics(key, { dataPlaneUrl: url, flushAt: 5 });
    await rounds((properties) => analytics.track(track(properties)));
    await analytics.flush().catch(() => {});
  },
  async jitsu() {
    const { jitsuAnalytics } = await import('@jitsu/js');
    const analytics = jitsuAnalytics({ host: url, writeKey: `${key}:any`, s2s: true });
    await analytics.identify('ann');
    const sent = [];
    await rounds((properties) => sent.push(analytics.track('Order Completed', properties)));
    await Promise.allSettled(sent);
  },
  async posthog() {
    const { PostHog } = await import('posthog-node');
    const posthog = new PostHog(key, { host: url, flushAt: 5 });
    posthog.on('error', () => {});
    await rounds((properties) => posthog.capture({ distinctId: 'ann', event: 'Order Completed', properties }));
    // It fails when it gives up.
    await posthog.shutdown().catch(() => {});
  },
  async snowplow() {
    const { buildSelfDescribingEvent, newTracker } = await import('@snowplow/node-tracker');
    const tracker = newTracker({ namespace: 'sp', appId: 'shop' }, { endpoint: `${url}/${key}`, bufferSize: 1 });
    tracker.setUserId('ann');
    const schema = 'iglu:com.example/order_completed/jsonschema/1-0-0';
    await rounds((data) => tracker.track(buildSelfDescribingEvent({ event: { schema, data } })));
    // What failed is repeated with the next event, which is one of another name.
    const repeating = setInterval(() => {
      tracker.track(buildSelfDescribingEvent({ event: { schema: 'iglu:com.example/end/jsonschema/1-0-0', data: {} } }));
    }, 1_000);
    await isTold;
    clearInterval(repeating);
  },
};

await sdks[sdk]();
