import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './openapi.ts';
import { rules } from './openapi-rules.testing.ts';

const document = JSON.parse(JSON.stringify(openApi({ version: '1.2.3', url: null })));

for (const { name, find } of rules)
  test(`in the OpenAPI document ${name}`, () => {
    assert.deepEqual(find(document), []);
  });
