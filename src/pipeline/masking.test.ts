import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionInput } from '../contract/connection.ts';
import { destinationInput } from '../contract/destination.ts';
import { maskHeaders } from './masking.ts';

test('credentials and headers that are marked secret are masked, of a scheme its name stays', () => {
  const value = 'of a header';
  const connection = connectionInput.parse({
    name: 'c',
    baseUrl: 'https://crm.example',
    settings: {
      headers: [
        { name: 'X-Key', value, secret: true },
        { name: 'X-Plain', value },
      ],
    },
  });
  const destination = { ...destinationInput.parse({ name: 'd' }), connectionId: 'con_1' };
  const shown = maskHeaders(
    [
      ['Authorization', 'Bearer abc'],
      ['authorization', 'a-raw-token'],
      ['AUTHORIZATION', ' led by a blank'],
      ['x-key', value],
      ['X-Plain', value],
      ['Cookie', 'a=b'],
    ],
    // Texts stand for secrets in what the schema alone made.
    connection as Parameters<typeof maskHeaders>[1],
    destination as Parameters<typeof maskHeaders>[2],
  );
  assert.deepEqual(
    shown.map(([, text]) => text),
    ['Bearer [secret]', '[secret]', '[secret]', '[secret]', value, '[secret]'],
  );
});
