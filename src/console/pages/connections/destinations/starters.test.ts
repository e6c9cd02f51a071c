import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTemplate } from '../../../../template/check/check.ts';
import { starters } from './starters.ts';

test('every template to begin with compiles, and nothing in it is doubtful', () => {
  for (const [name, { template, contentType }] of Object.entries(starters))
    assert.deepEqual(checkTemplate(template, { contentType }), [], name);
});
