import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { routes } from '../src/contract/routes.ts';
import { type Schema, unbounded } from './support/unbounded-schema.ts';

// Texts are left out: those of documents came in requests with bounds (request-bounds.test.ts), those of events and
// exchanges have bounds when they are stored. JSON of more than 8 MiB, whatever its route, is sent in parts
// (api/routes.ts; test/e2e/bounded-answers.test.ts).

/** The lists and maps of responses that are not pages and have no bound in their schema, and what bounds them. */
const boundedElsewhere: [route: RegExp, places: RegExp, why: string][] = [
  [/./, /^\/(?:auth|settings|rules|condition|sources|formats)\b/, 'a document, which came in one request of 1 MiB'],
  [/./, /^\/warnings$/, 'a few for each field of a document or draft'],
  [/Behavior|Alert|Replay/, /^\/ids$/, '1,000 ids (replayLimits)'],
  [/^(?:test|testUnsaved)Connection$/, /^\/steps$/, 'one for each step of a test'],
  [
    /[pP]review|Delivery|Destination$|Replay$/,
    /\/headers$/,
    'a request has 100 headers, the head of a response 16 KiB',
  ],
  [/^check(?:Unsaved)?Destination$/, /^\/rows$/, '4 MiB (rowBytesMax), at most 1,000 rows'],
  [/^checkOutcomes$/, /^\/rows$/, '200 rows (outcomeCheckInput)'],
  [
    /^check(?:Unsaved)?Action$/,
    /^\/(?:newlyMatched|noLonger|bodiesChanged|threw|skipped)$/,
    '4 MiB (listedBytesMax), 100 items each',
  ],
  [/^checkTemplate$/, /^\/problems$/, '100 problems'],
  [/Delivery$|^testDestination$/, /^\/attemptLog$/, '4 MiB, at least one attempt (attemptBytesMax)'],
  [/^countConditions$/, /^\/counts$/, 'one for each of 50 conditions'],
  [/^checkCondition$/, /^\/explanation\//, 'a condition has 200 comparisons; values are cut (shownValueMax)'],
  [/^getEventNames$/, /^\/data$/, '100 ids; names are cut at 255 characters'],
  [/^getEventOutcomes$/, /^\/data(?:\/\*\/deliveries)?$/, '100 ids, 500 deliveries each (listedStatesMax)'],
  [/^(?:get|explain)Event$/, /^(?:\/event)?\/(?:data|ext|session)\b/, 'an event, which came in a request of 1 MiB'],
  [/^explainEvent$/, /^\/actions\b/, '4 MiB of explanations (explainedMax), 1,000 deliveries (deliveriesMax)'],
  [/^getTrace$/, /^\/events\//, '200 events (traceLimits), 10,000 actions and 5,000 deliveries (listedMax)'],
  [/^getDeliveryHistogram$/, /^\/(?:buckets|totals)\b/, '200 buckets (bucketsMax), one count for each status'],
  [/^getLastAttempts$/, /^\/data$/, '100 ids'],
  [
    /Issue$/,
    /^\/(?:series|actionIds|cause|samples|changes)\b/,
    '24 hours, 50 actions, 10 samples (thresholds), and few causes',
  ],
  [/Replay$/, /^\/(?:progress\/)?leftOut$/, 'one for each reason'],
  [/^createReplay$/, /^\/destinations$/, 'one for each destination that there is'],
  [/^listInboxRules$/, /^\/data$/, '100 rules, 4 MiB (rulesBytesMax)'],
  [/^getStats$/, /series$|^\/reasons$/, 'one number for each step of a range, one for each reason'],
  [/^testAlert$/, /^\/message\/notices$/, 'one notice'],
  [/^(?:getSealing|rotateSecrets)$/, /^\/keys$/, 'one for each key of the keyring'],
  [/Settings$/, /^\/(?:origins|configuration)\b/, 'one for each setting'],
  [
    /^(?:export|import)Configuration$/,
    /^\/(?:documents|steps)\b/,
    'a LongResponse: each item is written when the client reads',
  ],
  [/./, /^\/(?:user\/)?(?:rights|roleIds)$/, 'the rights and roles that there are'],
  [/^listRights$/, /^\/data\b/, 'the rights that there are'],
  [/^(?:livez|readyz|healthz|version|openapi)$/, /^(?:\/\{\})?$/, 'no data of users'],
];

/** The routes whose response is no JSON. */
const noJson = ['streamEvents', 'getDeliveryCurl', 'metrics'];

test('every list in a response is a page, has a bound in its schema, or is listed with what bounds it', () => {
  const used = new Set<RegExp>();
  const unlisted: string[] = [];
  for (const { id, output, produces } of routes) {
    if (output === null || noJson.includes(id)) continue;
    assert.equal(produces, 'application/json', id);
    const json = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }) as Schema; // an object, for zod types
    if (isPage(json)) continue;
    for (const place of unbounded(json, { ofTexts: false })) {
      const known = boundedElsewhere.find(([route, places]) => route.test(id) && places.test(place));
      if (known === undefined) unlisted.push(`${id} ${place}`);
      else used.add(known[1]);
    }
  }
  assert.deepEqual(unlisted, []);
  assert.deepEqual(
    boundedElsewhere.filter(([, places]) => !used.has(places)).map(([, places]) => String(places)),
    [],
  );
});

test('a page has at most 200 items', () => {
  for (const { id, output, query } of routes) {
    if (output === null || query === null || noJson.includes(id)) continue;
    const json = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }) as Schema; // an object, for zod types
    if (!isPage(json)) continue;
    const parse = (limit: string) => query.safeParse({ limit });
    assert.ok(parse('200').success, id);
    assert.ok(!parse('201').success, id);
  }
});

function isPage({ properties }: Schema): boolean {
  return Object.hasOwn(Object(properties), 'page');
}
