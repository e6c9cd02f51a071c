import type { SampleInput } from '../../../contract/records/sample.ts';

export const pickedSample = 'sample';
export const pickedPasted = 'paste';

/** An event as a previewing or testing route takes it. */
export type Sample = Pick<SampleInput, 'eventId' | 'event' | 'data'>;

/** The event of a choice; `error` is the reason why a pasted text is no event. */
export function sampleOf(picked: string, pasted: string): Sample | { error: 'empty' | 'json' | 'shape' } {
  if (picked === pickedSample) return { event: sampleEvent };
  if (picked !== pickedPasted) return { eventId: picked };
  if (pasted.trim() === '') return { error: 'empty' };
  try {
    return readEvent(JSON.parse(pasted));
  } catch {
    return { error: 'json' };
  }
}

const named = ['name', 'visitorId', 'occurredAt', 'ext', 'session'];

/** An event as the API shows it, one as a site sends it, an intake body with one, or a list of records. */
function readEvent(value: unknown): ReturnType<typeof sampleOf> {
  if (Array.isArray(value)) return value.length > 0 && value.every(isObject) ? { data: value } : { error: 'shape' };
  if (!isObject(value)) return { error: 'shape' };
  const { data, events } = value;
  if (Array.isArray(events) && isObject(events[0]))
    return { event: { data: { ...(isObject(value['static']) ? value['static'] : {}), ...events[0] } } };
  if (!isObject(data)) return { event: { data: value } };
  const known = named.flatMap((name) => (value[name] == null ? [] : [[name, value[name]]]));
  return { event: { ...Object.fromEntries(known), data } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A visitor adds a product to the cart: to try things before the first event has arrived. */
const sampleEvent = {
  name: 'Added to cart',
  visitorId: 'v-sample',
  data: {
    'wt.ev': 'Added to cart',
    'wt.dcsvid': 'v-sample',
    'wt.ti': 'Blue running shoes',
    'wt.es': 'shop.example/shoes/blue',
    'wt.tx_s': '89.90',
    'wt.pn_sku': 'SHOE-42',
    email: 'ada@example.com',
    currency: 'EUR',
  },
};
