import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { breakingChanges, unannounced } from './breaking-changes.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('what breaks clients of the last release is announced in the changelog', () => {
  const released = JSON.parse(read('released-openapi.json'));
  const current = JSON.parse(JSON.stringify(openApi({ version: released.info.version, url: null })));
  const changes = unannounced(breakingChanges(released, current), read('../../CHANGELOG.md'));
  // Either it is undone, or a line `- Breaking: …` of the changelog names the component or all operations.
  assert.deepEqual(
    changes.map(({ at, says, operations }) => `${at}: ${says} (${operations.join(', ')})`),
    [],
  );
});
