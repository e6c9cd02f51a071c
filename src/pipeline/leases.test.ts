import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../test/support/fake-clock.ts';
import { openStorage } from '../../test/support/storage.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { holdLeases } from './leases.ts';

test('leases that are released during a renewal are not reported as lost', async () => {
  const clock = fakeClock();
  const { leases } = (await openStorage()).journal.hot;
  const lost: string[] = [];
  const renewal = Promise.withResolvers<void>();
  const renew: typeof leases.renew = async (...args) => {
    await renewal.promise;
    return leases.renew(...args);
  };
  const held = await holdLeases({
    leases: { ...leases, renew },
    clock,
    owner: 'me',
    telemetry: silentTelemetry(),
    lost: (scope) => lost.push(scope),
  });
  await clock.advance(5_000);
  await held[Symbol.asyncDispose]();
  renewal.resolve();
  await settled();
  await clock.advance(60_000);
  assert.deepEqual(lost, []);
  assert.equal(clock.next(), null);
});
