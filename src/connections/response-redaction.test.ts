import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../contract/secret.ts';
import { responseRedaction } from './response-redaction.ts';

test('credentials that were sent and secrets too short for the scrubber are removed from a response', () => {
  const body = { password: new Secret('s3c!', ''), long: new Secret('left-to-the-scrubber', ''), none: null };
  const sent = (token: string): [string, string][] => [['authorization', `Bearer ${token}`]];
  const hide = responseRedaction([body, {}])(sent('token-1'));
  assert.equal(hide('got token-1, s3c! and czNjIQ=='), 'got [secret], [secret] and [secret]');
  assert.equal(hide(encodeURIComponent('s3c!')), '[secret]');
  assert.equal(
    responseRedaction([body])(sent('token-2'))('token-1 token-2'),
    'token-1 [secret]',
    'each request has its own',
  );
  assert.equal(responseRedaction([body])([])('s3c!'), '[secret]');
  assert.equal(responseRedaction([{}])([])('s3c!'), 's3c!');
});
