/// <reference path="./millrace.d.ts" />
import { watchClicks } from './clicks.ts';
import { type Page, pageNow, watchPages } from './pages.ts';
import { createQueue } from './queue.ts';
import { randomId } from './random-id.ts';
import { createVisitor, type Visit } from './visitor.ts';

// The script that pages load from /tag.js. It reads its settings from the attributes of its own element.

type Data = Record<string, unknown>;
type Kind = 'track' | 'page' | 'identify';
/** An event as it happened, before it is known whether it can be sent, and by whom. */
type Happened = { type: Kind; timestamp: string; page: Page; fields: Data };

/** Events that wait in memory for consent. */
const heldMax = 100;

const script = document.currentScript as HTMLScriptElement; // a classic script, not a module
const { key = '', url = new URL('.', script.src).href, consent: asks, cookie, domain, pages } = script.dataset;
const isPrivate = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true; // not in TypeScript's types
/** Nothing is stored in the browser. */
const isUnstored = isPrivate || cookie === 'off';

const visitor = createVisitor(domain);
const queue = createQueue(`${url.replace(/\/?$/, '/')}tag/${encodeURIComponent(key)}`, `millrace.${key}`);
/** undefined: the visitor has not been asked. */
let consent: boolean | undefined;
let held: Happened[] = [];
let user: string | undefined;

function record(type: Kind, fields: Data): void {
  const happened = { type, timestamp: new Date().toISOString(), page: pageNow(), fields };
  if (consent ?? asks === undefined) send(happened);
  else if (consent === undefined) held = [...held, happened].slice(-heldMax);
}

function send({ type, timestamp, page, fields }: Happened): void {
  const visit: Partial<Visit> = isUnstored ? { user } : visitor.visit(type === 'page', user);
  const { visitor: anonymousId, user: userId, session: sessionId, page: pageNumber } = visit;
  if (isPrivate && type === 'identify') return;
  const messageId = randomId();
  const context = {
    page,
    locale: navigator.language,
    screen: { width: screen.width, height: screen.height },
    sessionId,
    pageNumber,
    consent,
    library: { name: 'millrace' },
  };
  const ids = isPrivate ? {} : { anonymousId, userId };
  queue.add(messageId, JSON.stringify({ type, messageId, timestamp, ...ids, ...fields, context }));
}

/** Starts or stops what a visitor agreed to. */
function agree(given: boolean): void {
  consent = given;
  const waiting = held;
  held = [];
  if (given) {
    queue.open(isUnstored);
    waiting.forEach(send);
  } else {
    queue.close();
    visitor.forget();
  }
}

const commands: Record<string, (first?: unknown, second?: unknown) => void> = {
  track: (event, properties) => record('track', { event, properties }),
  page: (properties) => record('page', { properties }),
  identify(id, traits) {
    user = String(id);
    record('identify', { traits });
  },
  consent: (given) => agree(given === true),
  reset() {
    user = undefined;
    visitor.forget();
  },
};

function start(): void {
  if (asks === undefined) queue.open(isUnstored);
  const before = window.millrace?.q ?? [];
  window.millrace = (name: string, ...values: unknown[]) => {
    // An event that has no JSON, say, is no error of the page.
    try {
      commands[name]?.(...values);
    } catch (error) {
      console.error(error);
    }
  };
  for (const call of before) window.millrace(...(Array.from(call) as ['track', string])); // any command, unchecked
  if (pages !== 'off') watchPages(() => record('page', {}));
  watchClicks((event, properties) => record('track', { event, properties }));
}

if ((document as { prerendering?: boolean }).prerendering)
  addEventListener('prerenderingchange', start, { once: true });
else start();
