import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issue } from '../../contract/records/issue.ts';
import { issueCauseCodes } from '../../contract/records/issue-words.ts';
import { issueText } from './en.ts';

const values = {
  subject: 'CRM › Orders',
  detail: 'It failed.',
  at: '2026-01-02T03:04:05.000Z',
  status: 422,
  action: 'Buy',
};
const numbers = { lateMs: 900_000, open: 3, quietMs: 7_200_000, usually: 20, freeBytes: 2e8, reserveBytes: 1e8 };
const issue = { title: 'Server title', detail: 'Server detail.', likelyFix: 'Server fix.', severity: 'critical' };

function textOf(cause: unknown, errorKind: string | null = 'http_4xx') {
  return issueText({ ...issue, cause, errorKind } as unknown as Issue); // the fields that its text needs
}

test('every cause of an issue has a title, a detail and a fix, each a sentence with one full stop', () => {
  for (const code of issueCauseCodes)
    for (const given of [
      { ...values, ...numbers },
      { subject: 'CRM', ...numbers, at: values.at },
    ]) {
      const { title, detail, fix } = textOf({ code, values: given });
      assert.match(title, /^[A-Z].*[^.]$/, code);
      for (const text of [detail, fix]) assert.match(text, /^[A-Z]?.*\.$/, `${code}: ${text}`);
      assert.doesNotMatch([title, detail, fix].join(' '), /undefined|NaN|Invalid|\[object|\.\./, code);
    }
});

test('a detail of the server begins with a capital, unless it begins with a name', () => {
  const template = (detail: string) =>
    textOf({ code: 'template_failing', values: { subject: 'CRM › Orders', detail } }).detail;
  assert.equal(template('mapping field total, line 1: x'), 'Mapping field total, line 1: x.');
  assert.equal(template('api.example.com is unknown.'), 'api.example.com is unknown.');
});

test('failed deliveries are named by status, or by what went wrong without one', () => {
  const failing = (given: object, errorKind: string) =>
    textOf({ code: 'deliveries_failing', values: given }, errorKind);
  assert.equal(failing(values, 'http_4xx').title, 'HTTP 422 from CRM › Orders');
  assert.equal(failing({ subject: 'CRM', detail: 'x' }, 'timeout').title, 'Timed out: CRM');
});

test('an issue of another version has the text of the server', () => {
  for (const cause of [null, { code: 'of_a_later_version', values: {} }])
    assert.deepEqual(textOf(cause), { title: 'Server title', detail: 'Server detail.', fix: 'Server fix.' });
});
