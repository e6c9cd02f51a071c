import { cloudevents } from './cloudevents.ts';
import type { Format } from './format.ts';
import { infinity } from './infinity.ts';
import { jitsu } from './jitsu.ts';
import { posthog } from './posthog.ts';
import { rudderstack } from './rudderstack.ts';
import { segment } from './segment.ts';
import { snowplow } from './snowplow.ts';
import { tag } from './tag.ts';
import { webhooks } from './webhooks.ts';

/** All formats that senders can use. */
export const formats: readonly Format[] = [
  infinity,
  segment,
  rudderstack,
  jitsu,
  cloudevents,
  snowplow,
  posthog,
  tag,
  webhooks,
];
