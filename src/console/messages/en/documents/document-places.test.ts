import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, placeOf } from './document-places.ts';

test('a place in a document has the words of its form, and what is inside of a field its number or name', () => {
  const words = {
    template: 'Template',
    'settings.batch.waitMs': 'Batching › wait',
    'destinations.0.destinationId': 'Destinations › 1 › destination id',
    'destinations.0.mapping.2.parameter': 'Field Mapping › 3 › parameter',
    'auth.assertion.privateKey': 'Authentication › assertion › private key',
    'rules.all.0.value': 'Rules › all › 1 › value',
    'rules.remindEveryMs': 'While it stays open',
    'rules.on.2': 'Notify when › 3',
    allowedOrigins: 'Allowed origins',
    'settings.hookUrl': 'Hook url',
  };
  assert.deepEqual(Object.keys(words).map(placeOf), Object.values(words));
});

test('fields that changed in several places are named once', () => {
  const paths = ['settings.retry.scheduleMs.1', 'settings.retry.jitter', 'baseUrl'];
  assert.deepEqual(fieldsOf(paths), ['Retries', 'Base URL']);
});
