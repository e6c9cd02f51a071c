import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../test/support/fake-clock.ts';
import { passesDeliveries, startRig, wire } from '../../test/support/rig.ts';

test('when a request of events succeeds, these are stored, observed and planned, and requests that can be sent at once are', async () => {
  await using rig = await startRig();
  const { destinationId } = await wire(rig);
  await settled();
  const observed: string[] = [];
  const { events } = rig.pipeline;
  events.on('planned', (deliveries) => observed.push(...deliveries.map((one) => `planned ${one.destinationId}`)));
  events.on('evaluated', () => observed.push('evaluated'));
  events.on('received', () => observed.push('received'));
  events.on('settled', () => observed.push('settled'));
  const ids = await rig.send({ data: { n: '1' } });
  const planned = `planned ${destinationId}`;
  // The owner of another partition takes the deliveries over after the acknowledgement.
  if (passesDeliveries) await settled();
  const inTurn = observed.filter((one) => one !== 'settled');
  assert.deepEqual(inTurn, passesDeliveries ? ['evaluated', 'received', planned] : [planned, 'evaluated', 'received']);
  assert.equal(rig.egress.requests.length, 1);
  assert.deepEqual(
    (await rig.journal.log.events({ limit: 10 })).map(({ id }) => id),
    ids,
  );
  await settled();
  assert.equal(observed.at(-1), 'settled');
});

test('no event is stored while the size limit is reached and nothing is left to remove', async () => {
  await using rig = await startRig();
  await wire(rig);
  await settled();
  const { housekeeping } = rig.journal;
  const { retain } = housekeeping;
  housekeeping.retain = async (limits) => ({ ...(await retain(limits)), full: true });
  await rig.clock.advance(60_000);
  await assert.rejects(rig.send({ data: { n: '1' } }), { code: 'storage_full' });
  assert.deepEqual(await rig.journal.log.events({ limit: 10 }), []);
});
