import { inSteps } from '../../async/in-steps.ts';
import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Requests } from '../requests.ts';
import type { operations } from './operations.ts';

/** The requests of an open database, which stays open when they end. `bytesMax`: limit of all kept responses. */
export function sqliteRequests(sqlite: Pick<Sqlite, 'client'>, bytesMax = 64 * 1_048_576): Requests {
  const client = sqlite.client<typeof operations>();
  return {
    rejected: {
      add: (requests, now) => client.write('addRejected', { requests, now }),
      list: (query) => client.read('listRejected', query),
      get: (id) => client.read('getRejected', id),
      forgetBodies: () => client.write('forgetRejected', null),
    },
    responses: {
      begin: (request) => client.write('beginKeyed', request),
      finish: (request, response) => client.write('finishKeyed', { request, response, bytesMax }),
      started: (node) => client.write('interruptKeyed', node),
      async forget() {
        await inSteps(0, (after) => client.write('forgetKept', { after }));
      },
      async prune(now) {
        while (await client.write('pruneKept', now));
      },
    },
  };
}
