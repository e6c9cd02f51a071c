import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotaOf } from './quota.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const inSeconds = now / 1_000;

test('the quota is read from every usual form of the headers', () => {
  const forms: [headers: [string, string][], remaining: number, resetMs: number][] = [
    [[['RateLimit', '"default";r=50;t=30']], 50, 30_000],
    [[['ratelimit', '"burst";q=10;r=2;t=1, "daily";q=1000;r=900;t=3600']], 2, 1_000],
    [[['RateLimit', 'limit=100, remaining=7, reset=12']], 7, 12_000],
    [
      [
        ['RateLimit-Remaining', '0'],
        ['RateLimit-Reset', '5'],
      ],
      0,
      5_000,
    ],
    [
      [
        ['X-RateLimit-Remaining', '3'],
        ['X-RateLimit-Reset', String(inSeconds + 8)],
      ],
      3,
      8_000,
    ],
    [
      [
        ['x-ratelimit-remaining', '3'],
        ['x-ratelimit-reset', String(now + 2_500)],
      ],
      3,
      2_500,
    ],
    [
      [
        ['X-Rate-Limit-Remaining', '1'],
        ['X-Rate-Limit-Reset', '0.25'],
      ],
      1,
      250,
    ],
    [
      [
        ['RateLimit-Remaining', '10'],
        ['RateLimit-Reset', '9'],
        ['X-RateLimit-Remaining', '2'],
        ['X-RateLimit-Reset', '1'],
      ],
      2,
      1_000,
    ],
  ];
  for (const [headers, remaining, resetMs] of forms)
    assert.deepEqual(quotaOf(headers, now), { remaining, resetMs }, JSON.stringify(headers));
});

test("a quota that can't be read, is over, or lacks a part is ignored; one longer than a day is cut to a day", () => {
  const nothing: [string, string][][] = [
    [],
    [['X-RateLimit-Remaining', '3']],
    [['X-RateLimit-Reset', '3']],
    [
      ['X-RateLimit-Remaining', '-1'],
      ['X-RateLimit-Reset', '3'],
    ],
    [
      ['X-RateLimit-Remaining', 'many'],
      ['X-RateLimit-Reset', 'soon'],
    ],
    [
      ['X-RateLimit-Remaining', '1'],
      ['X-RateLimit-Reset', String(inSeconds - 5)],
    ],
    [['RateLimit', 'remaining=x']],
    [
      ['RateLimit-Policy', '"default";q=10;w=60'],
      ['Set-Cookie', 'r=1; t=5'],
    ],
    [['RateLimit', '"'.repeat(10_000)]],
  ];
  for (const headers of nothing) assert.equal(quotaOf(headers, now), null, JSON.stringify(headers).slice(0, 100));
  const far: [string, string][] = [
    ['RateLimit-Remaining', '1'],
    ['RateLimit-Reset', '999999999'],
  ];
  assert.equal(quotaOf(far, now)?.resetMs, 86_400_000);
});
