import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Secret } from '../contract/secret.ts';
import { type SigningSettings, signMessage } from './signing.ts';

const secret = (value: string) => new Secret(value, '');
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', now: 1_614_265_330_000 };
const standard: SigningSettings = {
  scheme: 'standard-webhooks',
  secret: secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  previousSecret: null,
  previousUntil: null,
};

test("a Standard Webhooks signature is the one of the specification's example", () => {
  assert.deepEqual(signMessage(standard, message), {
    ok: true,
    headers: [
      ['webhook-id', message.id],
      ['webhook-timestamp', '1614265330'],
      ['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ],
  });
});

test('the receiver of the how-to accepts a signed request, and no changed or old one', async () => {
  const recipes = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8');
  const code = /```js\n(import \{ createHmac.*?)```/s.exec(recipes)?.[1] ?? '';
  const receiver = `${code}\nexport { isFromMillrace };`;
  const { isFromMillrace } = await import(`data:text/javascript,${encodeURIComponent(receiver)}`);
  const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const sentAt = (now: number) => {
    const signed = signMessage({ ...standard, previousSecret: secret('b2xk') }, { ...message, now });
    assert.ok(signed.ok);
    return Object.fromEntries(signed.headers);
  };
  const headers = sentAt(Date.now());
  assert.deepEqual(
    [
      isFromMillrace(headers, message.body, key),
      isFromMillrace(headers, message.body, 'b2xk'),
      isFromMillrace(headers, `${message.body} `, key),
      isFromMillrace(headers, message.body, 'bm90IGl0'),
      isFromMillrace(sentAt(Date.now() - 3_600_000), message.body, key),
      isFromMillrace({}, message.body, key),
    ],
    [true, true, false, false, false, false],
  );
});

test('while the previous secret is valid both signatures are sent', () => {
  const count = (previousUntil: string | null) => {
    const signed = signMessage({ ...standard, previousSecret: secret('b2xk'), previousUntil }, message);
    return signed.ok && signed.headers[2]?.[1].split(' ').length;
  };
  assert.equal(count(null), 2);
  assert.equal(count('2021-02-25T15:02:11Z'), 2);
  assert.equal(count('2021-02-25T15:02:10Z'), 1);
});

test('nothing is signed without a secret', () => {
  assert.equal(signMessage({ ...standard, secret: null }, message).ok, false);
});

test('an hmac format is the value of the header or, with {body}, the signed text', () => {
  const key = 'k';
  const digest = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  const by = (format: string) => {
    const signed = signMessage(
      {
        scheme: 'hmac',
        algorithm: 'sha256',
        encoding: 'hex',
        header: 'X-Sig',
        format,
        secret: secret(key),
        previousSecret: null,
        previousUntil: null,
      },
      message,
    );
    assert.ok(signed.ok);
    return Object.fromEntries(signed.headers);
  };
  const { id, body } = message;
  assert.deepEqual(by('{signature}'), { 'X-Sig': digest(body) });
  assert.deepEqual(by('sha256='), { 'X-Sig': `sha256=${digest(body)}` });
  assert.deepEqual(by('t={timestamp},v1={signature}'), { 'X-Sig': `t=1614265330,v1=${digest(`1614265330.${body}`)}` });
  assert.deepEqual(by('v0:{timestamp}:{body}'), {
    'X-Sig': digest(`v0:1614265330:${body}`),
    'webhook-timestamp': '1614265330',
  });
  assert.deepEqual(by('{id}.{body}'), { 'X-Sig': digest(`${id}.${body}`), 'webhook-id': id });
});
