import assert from 'node:assert/strict';
import { test } from 'node:test';
import { responseSentence } from './response-sentence.ts';

test('the sentence of an answer is its message, wherever JSON, HTML and text have it', () => {
  for (const [body, sentence] of [
    ['{"message":"phone must be E.164","code":"invalid"}', 'phone must be E.164'],
    ['{"error":{"code":400,"message":"Unknown SKU"}}', 'Unknown SKU'],
    ['{"error":"invalid_client","error_description":"The client secret is wrong."}', 'The client secret is wrong.'],
    ['{"errors":[{"detail":"email is required"},{"detail":"x"}]}', 'email is required'],
    ['{"errors":{"phone":["is invalid"]}}', 'phone: is invalid'],
    ['{"type":"about:blank","title":"Bad request","detail":"No such list."}', 'No such list.'],
    ['[{"Message":"Denied"}]', 'Denied'],
    ['"plain"', 'plain'],
    ['<!doctype html><html><title>503 Service\n Unavailable</title><body>…', '503 Service Unavailable'],
    ['Rate limit exceeded\nTry later', 'Rate limit exceeded'],
    [`{"message":"${'x'.repeat(400)}"}`, `${'x'.repeat(299)}…`],
  ] as const)
    assert.equal(responseSentence(body), sentence, body);
  for (const none of ['', ' ', '{}', '{"id":7}', '{"ok":true', '<html></html>', `{"a":"${'x'.repeat(70_000)}"}`])
    assert.equal(responseSentence(none), null, none.slice(0, 40));
});
