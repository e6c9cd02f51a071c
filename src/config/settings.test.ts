import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envName, flagName, settingNames } from './names.ts';
import { settings } from './settings.ts';

test('every default is a value that its own setting accepts', () => {
  for (const name of settingNames) {
    const { defaultText, read, default: value } = settings[name];
    if (value !== null && defaultText !== '') assert.deepEqual(read(defaultText, ''), value, name);
  }
});

test('variable and flag names are derived from the key', () => {
  assert.equal(envName('retentionBytes'), 'MILLRACE_RETENTION_BYTES');
  assert.equal(flagName('retentionBytes'), '--retention-bytes');
});
