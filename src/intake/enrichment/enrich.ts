import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { IntakeRequest } from '../formats/format.ts';
import { pageAddress } from '../formats/sdk-requests.ts';
import { campaignOf } from './campaign.ts';
import { deviceOf, hintedSystem } from './device.ts';
import type { PlaceOf } from './geo/geo-file.ts';

type Ext = IncomingEvent['ext'];

/**
 * Adds to events what their collector asks for: browser, system, device and bot of the user agent, the campaign of the page, and
 * the place of the visitor's network. Values that the sender gave are kept. The user agent and address of a request count for
 * requests of pages alone: those of a back end say nothing about the visitor. `placeOf`: null without a database of places.
 */
export function enrich(
  events: readonly IncomingEvent[],
  request: Pick<IntakeRequest, 'headers' | 'method' | 'address'>,
  { device, campaign, location }: CollectorBody['enrichment'],
  placeOf: PlaceOf | null,
): void {
  const { headers, method } = request;
  const isOfPage = method === 'GET' || headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const ofRequest = isOfPage ? (headers['user-agent'] ?? null) : null;
  const system = device && isOfPage ? hintedSystem(headers) : null;
  const findPlace = location ? placeOf : null;
  const network = findPlace === null ? null : pageAddress(request);
  for (const event of events) {
    const { ext } = event;
    const added: Ext = {};
    if (device) addDevice(added, textIn(ext, 'userAgent') ?? ofRequest, system);
    if (campaign) addCampaign(added, event);
    if (findPlace !== null) addLocation(added, textIn(ext, 'ip') ?? network, findPlace);
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

function addLocation(added: Ext, network: string | null, placeOf: PlaceOf): void {
  const place = network === null ? null : placeOf(network);
  if (place !== null) added['location'] = place;
}

function textIn(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  const text: unknown = Reflect.get(value, name);
  return typeof text === 'string' && text !== '' ? text : null;
}
