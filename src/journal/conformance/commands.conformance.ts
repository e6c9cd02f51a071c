import assert from 'node:assert/strict';
import type { Guarantee } from './journal.conformance.ts';
import { claim, start } from './journal-samples.testing.ts';

/** What the journal promises for what people ask of the owner of a partition. */
export function commandsConformance(guarantee: Guarantee): void {
  guarantee('a command is taken once, by the owner of its partition, in the order of asking', async (journal) => {
    const { commands } = journal.hot;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    const ask = (partition: number, body: string) => commands.ask({ partition, body, now: start });
    const numbers = [await ask(1, 'a'), await ask(0, 'b'), await ask(1, 'c')];
    const take = (...leases: (typeof one)[]) => commands.take(leases, { since: start, takenSince: 0 });
    assert.deepEqual(await take({ ...one, epoch: one.epoch - 1 }), [], 'a former owner');
    assert.deepEqual(await take(one), [
      { number: numbers[0], body: 'a' },
      { number: numbers[2], body: 'c' },
    ]);
    assert.deepEqual(await take(one, zero), [{ number: numbers[1], body: 'b' }]);
    assert.deepEqual(await take(one, zero), []);
  });

  guarantee('a command has one response; without it, withdrawing tells whether it was taken', async (journal) => {
    const { commands } = journal.hot;
    const lease = await claim(journal, 0, 'test', start);
    const ask = () => commands.ask({ partition: 0, body: 'a', now: start });
    const take = () => commands.take([lease], { since: start, takenSince: 0 });
    const { responseTo } = commands;
    const first = await ask();
    assert.deepEqual(await responseTo(first), { response: null, isRunning: false });
    await take();
    assert.deepEqual(await responseTo(first), { response: null, isRunning: true });
    const end = start + 3_600_000;
    await journal.hot.leases.beat({ node: 'another', ttlMs: 1, isLeaving: false, now: end });
    assert.deepEqual(await responseTo(first), { response: null, isRunning: false }, 'its owner is dead');
    await commands.respond(first, 'done');
    assert.equal((await responseTo(first)).response, 'done');
    assert.equal((await responseTo(first)).response, null);

    const second = await ask();
    assert.deepEqual(await commands.withdraw(second), { response: null, isTaken: false });
    assert.deepEqual(await take(), [], 'it was withdrawn');
    const third = await ask();
    await take();
    assert.deepEqual(await commands.withdraw(third), { response: null, isTaken: true });
    await commands.respond(third, 'late');
    const responded = await ask();
    await take();
    await commands.respond(responded, 'done');
    assert.deepEqual(await commands.withdraw(responded), { response: 'done', isTaken: true });
    const fourth = await ask();
    assert.ok(fourth > third, 'a number is never used again');
    const none = { response: null, isRunning: false };
    assert.deepEqual([await responseTo(third), await responseTo(fourth)], [none, none]);
  });

  guarantee('a command whose asker has given up is not taken', async (journal) => {
    const { commands } = journal.hot;
    const lease = await claim(journal, 0);
    const number = await commands.ask({ partition: 0, body: 'a', now: start });
    assert.deepEqual(await commands.take([lease], { since: start + 1, takenSince: 0 }), []);
    assert.deepEqual(await commands.withdraw(number), { response: null, isTaken: false });
  });

  guarantee('a response that its asker did not read is removed, and no other one', async (journal) => {
    const { commands } = journal.hot;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    const ask = (partition: number, now: number) => commands.ask({ partition, body: 'a', now });
    const numbers = [await ask(0, start), await ask(0, start + 1), await ask(1, start)];
    await commands.take([zero, one], { since: start, takenSince: 0 });
    for (const number of numbers) await commands.respond(number, 'done');
    await commands.take([{ ...zero, epoch: zero.epoch - 1 }, zero], { since: start, takenSince: start + 1 });
    const responses = await Promise.all(numbers.map(commands.responseTo));
    assert.deepEqual(
      responses.map(({ response }) => response),
      [null, 'done', 'done'],
    );
  });
}
