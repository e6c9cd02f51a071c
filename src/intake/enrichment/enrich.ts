import type { IncomingHttpHeaders } from 'node:http';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { campaignOf } from './campaign.ts';
import { deviceOf, hintedSystem } from './device.ts';

type Ext = IncomingEvent['ext'];

/**
 * Adds to events what their collector asks for: browser, system, device and bot of the user agent, and the campaign of the page.
 * Values that the sender gave are kept. The user agent of a request counts for requests of pages alone: that of a back end says
 * nothing about the visitor.
 */
export function enrich(
  events: readonly IncomingEvent[],
  { headers, method }: { headers: IncomingHttpHeaders; method: string },
  { device, campaign }: CollectorBody['enrichment'],
): void {
  const isOfPage = method === 'GET' || headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const ofRequest = isOfPage ? (headers['user-agent'] ?? null) : null;
  const system = device && isOfPage ? hintedSystem(headers) : null;
  for (const event of events) {
    const { ext } = event;
    const added: Ext = {};
    if (device) addDevice(added, textIn(ext, 'userAgent') ?? ofRequest, system);
    if (campaign) addCampaign(added, event);
    event.ext = { ...added, ...ext };
  }
}

function addDevice(added: Ext, userAgent: string | null, system: string | null): void {
  if (userAgent === null) return;
  const { browser, os, type, isBot } = deviceOf(userAgent);
  if (browser !== null) added['browser'] = browser;
  const isHinted = system !== null && system !== os?.name;
  if (isHinted) added['os'] = { name: system };
  else if (os !== null) added['os'] = os;
  if (type !== null) added['device'] = { type };
  if (isBot) added['bot'] = 'true';
}

function addCampaign(added: Ext, { ext, data }: IncomingEvent): void {
  const { page } = ext;
  const url = textIn(page, 'url') ?? textIn(data, 'wt.es');
  const campaign = campaignOf(url, textIn(page, 'referrer'));
  if (campaign !== null) added['campaign'] = campaign;
}

function textIn(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  const text: unknown = Reflect.get(value, name);
  return typeof text === 'string' && text !== '' ? text : null;
}
