import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeywordRequest, keywordRequests } from '../../bench/fuzz/keyword-requests.ts';
import { fuzzKeywords, verdictOf } from '../../bench/fuzz/keywords.ts';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import type { Description } from '../../src/contract/openapi/openapi-document.ts';

const description: Description = JSON.parse(JSON.stringify(openApi({ version: '0', url: null })));

test('the server takes what /openapi.json takes, and refuses what it refuses: 500 requests, each about one keyword', async () => {
  const { faults, valid, invalid, named, neverSucceeded } = await fuzzKeywords({ count: 500, seed: 7 });
  assert.deepEqual(faults, []);
  assert.ok(valid > 200 && invalid > 150 && named < valid / 3, JSON.stringify({ valid, invalid, named }));
  // No document is served where their requests lead.
  assert.deepEqual(neverSucceeded, ['fetchOpenapi']);
});

test('every operation and every keyword of a request is tried, with values that fit and values that do not', () => {
  const tried = new Map<string, { fitting: number; other: number }>();
  const operations = new Set<string>();
  for (const { id, keyword, faults } of keywordRequests(description)) {
    operations.add(id);
    const counts = tried.get(keyword) ?? { fitting: 0, other: 0 };
    tried.set(keyword, counts);
    if (counts.fitting > 20 && counts.other > 20) continue;
    if (faults().length === 0) counts.fitting += 1;
    else counts.other += 1;
  }
  const all = Object.values(description.paths).flatMap((item) => Object.values(item));
  const left = all.map(({ operationId }) => operationId).filter((id) => !operations.has(id));
  assert.deepEqual(left, ['streamEvents', 'deleteMyTokens']);
  const both =
    'type enum const format pattern minimum maximum minLength maxLength minItems maxItems required propertyNames x-forms additionalProperties';
  for (const keyword of both.split(' ')) {
    const { fitting = 0, other = 0 } = tried.get(keyword) ?? {};
    assert.ok(fitting > 0 && other > 0, `${keyword}: ${fitting} fit, ${other} do not`);
  }
});

test('the judge of these requests tells a document that says too little from a server that refuses', () => {
  const request = {
    id: 'createRole',
    method: 'POST',
    path: '/api/v1/roles',
    keyword: 'minLength',
    seat: '',
    query: {},
    headers: {},
  };
  const fits: KeywordRequest = { ...request, body: { name: 'a', rights: [] }, faults: () => [] };
  const other: KeywordRequest = { ...fits, faults: () => ['/name is missing'] };
  const refusal = (detail: string) => ({
    status: 422,
    retryAfter: false,
    problem: { errors: [{ pointer: '/name', detail }] },
  });
  const verdict = (one: KeywordRequest, status: number, retryAfter = false) =>
    verdictOf(one, { status, retryAfter, problem: {} }, description);
  assert.equal(verdict(fits, 201), null);
  assert.equal(verdict(fits, 409), null, 'it fits, but not the state of things');
  assert.equal(verdict(fits, 500), 'failed');
  assert.equal(verdict(fits, 503, true), null);
  assert.equal(verdict(other, 422), null);
  assert.match(verdict(other, 201) ?? '', /^accepted in spite of \/name is missing/);
  assert.equal(
    verdict({ ...other, body: { name: 'a', rights: [], description: null } }, 201),
    null,
    'null says nothing',
  );
  assert.equal(verdictOf(fits, refusal('Must be a color.'), description), 'refused');
  assert.equal(verdictOf(fits, refusal('Is required.'), description), 'refused');
  assert.equal(verdictOf(fits, refusal('Unknown field.'), description), 'named');
});
