import type { Intake } from './snippets.ts';

export type SdkKind = 'segment' | 'rudderstack' | 'jitsu' | 'cloudevents';

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
    cloudevents: `curl '${origin}/cloudevents/${key}' \\
  --header 'Content-Type: application/cloudevents+json' \\
  --data '{"specversion":"1.0","id":"1001","source":"/shop","type":"order","subject":"visitor-1","data":{"total":49.9}}'
`,
  };
}
