import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinUrl } from '../../../destinations/endpoint-url.ts';
import { pathOfAddress, resultingUrl } from './endpoint-address.ts';

test('the address that is shown is the one that requests go to', () => {
  for (const base of ['https://a.example', 'https://a.example/', 'https://a.example/v2', 'https://a.example/v2/'])
    for (const port of [null, 8443])
      for (const path of ['', 'orders', '/orders', '//orders/', '?q=1', '/orders?q=1']) {
        const joined = joinUrl({ baseUrl: base, port, path });
        assert.equal(
          resultingUrl(path, { baseUrl: base, port }),
          joined.ok ? joined.url.href : null,
          `${base} ${path}`,
        );
      }
  assert.equal(resultingUrl('/x', { baseUrl: 'crm', port: null }), null);
});

test('a pasted address is cut down to what comes after the Base URL', () => {
  const base = { baseUrl: 'https://a.example/v2', port: null };
  assert.equal(pathOfAddress('https://a.example/v2/orders?q=1', base), '/orders?q=1');
  assert.equal(pathOfAddress('https://b.example/v3/orders', base), '/v3/orders');
  assert.equal(pathOfAddress('/orders', base), null);
});
