import type { Intake } from './snippets.ts';

export type SdkKind = 'segment' | 'rudderstack' | 'jitsu' | 'snowplow' | 'posthog' | 'cloudevents';

/** How an SDK of another vendor is pointed at a collector. The documentation has those of more languages. */
export function sdkSnippets({ origin, key }: Intake): Record<SdkKind, string> {
  return {
    segment: `// In pages: npm install @segment/analytics-next
import { AnalyticsBrowser } from '@segment/analytics-next';
export const analytics = AnalyticsBrowser.load({ writeKey: '${key}', cdnURL: '${origin}' });

// In Node.js: npm install @segment/analytics-node
// new Analytics({ writeKey: '${key}', host: '${origin}' })

analytics.track('Order Completed', { order_id: '1001', total: 49.9 });
`,
    rudderstack: `// In pages: npm install @rudderstack/analytics-js
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';
export const analytics = new RudderAnalytics();
analytics.load('${key}', '${origin}', { configUrl: '${origin}' });

// In Node.js: npm install @rudderstack/rudder-sdk-node
// new RudderAnalytics('${key}', { dataPlaneUrl: '${origin}' })

analytics.track('Order Completed', { order_id: '1001', total: 49.9 });
`,
    jitsu: `// In pages and in Node.js: npm install @jitsu/js
import { jitsuAnalytics } from '@jitsu/js';
export const analytics = jitsuAnalytics({ host: '${origin}', writeKey: '${key}:any' });

analytics.track('Order Completed', { order_id: '1001', total: 49.9 });
`,
    snowplow: `// In pages: npm install @snowplow/browser-tracker
import { newTracker, trackSelfDescribingEvent } from '@snowplow/browser-tracker';
newTracker('sp', '${origin}/${key}', { appId: 'shop' });

// In Node.js: npm install @snowplow/node-tracker
// newTracker({ namespace: 'sp', appId: 'shop' }, { endpoint: '${origin}/${key}' })

trackSelfDescribingEvent({
  event: { schema: 'iglu:com.example/order_completed/jsonschema/1-0-0', data: { order_id: '1001', total: 49.9 } },
});
`,
    posthog: `// In pages: npm install posthog-js
import posthog from 'posthog-js';
posthog.init('${key}', { api_host: '${origin}' });

// In Node.js: npm install posthog-node
// new PostHog('${key}', { host: '${origin}' })

posthog.capture('Order Completed', { order_id: '1001', total: 49.9 });
`,
    cloudevents: `curl '${origin}/cloudevents/${key}' \\
  --header 'Content-Type: application/cloudevents+json' \\
  --data '{"specversion":"1.0","id":"1001","source":"/shop","type":"order","subject":"visitor-1","data":{"total":49.9}}'
`,
  };
}
