import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { refreshAfterChange } from './after-change.ts';

/** A server that holds back its answers until `answer` is called. They have the value of the time of the question. */
function slowServer(queries: QueryClient) {
  let value = 'before';
  const answers: (() => void)[] = [];
  const observer = new QueryObserver(queries, {
    queryKey: ['listConnections'],
    staleTime: 30_000,
    queryFn({ signal }) {
      const read = value;
      return new Promise<string>((resolve, reject) => {
        answers.push(() => resolve(read));
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  });
  return {
    observer,
    change: () => {
      value = 'after';
    },
    async answer() {
      for (const resolve of answers.splice(0)) resolve();
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

const waysTo = { 'its first answer is on its way': 0, 'it was shown before': 1 };

for (const [when, answersBefore] of Object.entries(waysTo))
  test(`after a change the console shows the new value when ${when}`, async () => {
    const queries = new QueryClient();
    const { observer, change, answer } = slowServer(queries);
    const end = observer.subscribe(() => {});
    for (let i = 0; i < answersBefore; i++) await answer();
    change();
    const refreshed = refreshAfterChange(queries, ({ queryKey }) => queryKey[0] === 'listConnections');
    await new Promise<void>((resolve) => setImmediate(resolve));
    await answer();
    await refreshed;
    assert.equal(observer.getCurrentResult().data, 'after');
    assert.equal(observer.getCurrentResult().error, null);
    end();
    queries.clear();
  });
