import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueSample } from '../issues/issue-samples.testing.ts';
import { countOccurrences } from './issue-life.ts';
import { shownIssue } from './shown-issue.ts';
import { thresholds } from './thresholds.ts';

test('an issue lists the first 50 actions, and counts the occurrences for other ones', () => {
  const record = issueSample({ actionIds: [] });
  const seen = (id: string, times = 1) =>
    countOccurrences(record, { times, samples: [], actionIds: [id] }, 1_000, thresholds);
  for (let n = 0; n < 1_000; n++) seen(`act_${n}`);
  seen('act_0');
  seen('act_999', 7);
  const { actionIds, otherActions } = shownIssue(record, { held: 0, now: 1_000 });
  assert.deepEqual([actionIds.length, actionIds[0], actionIds.at(-1)], [50, 'act_0', 'act_49']);
  assert.equal(otherActions, 950 + 7);
});

test('an issue stored by a version that did not count other actions has none', () => {
  assert.equal(shownIssue(issueSample(), { held: 0, now: 1_000 }).otherActions, 0);
});
