import type { IncomingHttpHeaders } from 'node:http';

/** What a user agent says of a browser; empty texts are left out. `isBot`: it names itself as one. */
export type Device = {
  browser: { name: string; version: string } | null;
  os: { name: string; version?: string } | null;
  type: 'desktop' | 'mobile' | 'tablet' | null;
  isBot: boolean;
};

const charactersMax = 512;
const knownMax = 2_000;
const known = new Map<string, Device>();

/** The device of a user agent. The last ones are remembered: few visitors have one of their own. */
export function deviceOf(userAgent: string): Device {
  const text = userAgent.slice(0, charactersMax);
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= knownMax) known.clear();
  const device = read(text);
  known.set(text, device);
  return device;
}

/** The first that matches counts: most browsers also name those whose pages they show. */
const browsers: readonly (readonly [name: string, version: RegExp])[] = [
  ['Edge', /\b(?:Edg|EdgA|EdgiOS|Edge)\/(\d+)/],
  ['Opera', /\b(?:OPR|OPT|OPiOS)\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Yandex Browser', /\bYaBrowser\/(\d+)/],
  ['Vivaldi', /\bVivaldi\/(\d+)/],
  ['UC Browser', /\bUCBrowser\/(\d+)/],
  ['DuckDuckGo', /\b(?:DuckDuckGo|Ddg)\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//],
  ['Internet Explorer', /\b(?:MSIE |Trident\/.*rv:)(\d+)/],
];

const systems: readonly (readonly [name: string, version: RegExp])[] = [
  ['Windows', /\bWindows NT (\d+(?:\.\d)?)/],
  ['iOS', /\b(?:iPhone|iPad|iPod).*? OS (\d+)[_\d]* like Mac OS X/],
  ['Android', /\bAndroid (\d+)/],
  ['ChromeOS', /\bCrOS \w+ (\d+)/],
  ['macOS', /\bMac OS X (\d+)/],
  ['Linux', /\b(?:Linux|X11)\b()/],
];

const bot =
  /bot\b|bot\/|crawl|spider|slurp|headless|lighthouse|facebookexternalhit|mediapartners|bingpreview|pingdom|uptime/i;

function read(text: string): Device {
  const browser = firstOf(browsers, text);
  const os = firstOf(systems, text);
  const isTablet = /\biPad\b|\bTablet\b|\bAndroid (?!.*\bMobile\b)/.test(text);
  const isMobile = /\bMobile\b|\biPhone\b|\biPod\b/.test(text);
  const type = os === null ? null : isTablet ? 'tablet' : isMobile ? 'mobile' : 'desktop';
  const version = os?.version === '' ? {} : { version: os?.version ?? '' };
  return { browser, os: os && { name: os.name, ...version }, type, isBot: bot.test(text) };
}

function firstOf(rules: typeof browsers, text: string): { name: string; version: string } | null {
  for (const [name, pattern] of rules) {
    const match = pattern.exec(text);
    if (match !== null) return { name, version: match[1] ?? '' };
  }
  return null;
}

/** The system that the client hints of a request name; browsers freeze that of their user agent. null: they have none. */
export function hintedSystem(headers: IncomingHttpHeaders): string | null {
  const hint = headers['sec-ch-ua-platform'];
  const [, name] = typeof hint === 'string' ? (/^"([\w ]{1,40})"$/.exec(hint) ?? []) : [];
  return name === undefined || name === 'Unknown' ? null : (hintedNames[name] ?? name);
}

const hintedNames: Readonly<Record<string, string>> = { 'Chrome OS': 'ChromeOS', 'Chromium OS': 'ChromeOS' };
