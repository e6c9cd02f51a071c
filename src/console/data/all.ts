import { queryOptions } from '@tanstack/react-query';
import type { Answer, Arguments, ClientError } from '../../client/client.ts';
import { client } from '../session/session.ts';

type MadeByHand = 'listActions' | 'listBehaviors' | 'listConnections' | 'listCollectors';

/** Every item of a list that people made by hand, for joining one with another; for `useQuery`. */
export function allOf<Id extends MadeByHand>(id: Id) {
  return queryOptions<Answer<Id>['data'], ClientError>({
    queryKey: [id, 'all'],
    async queryFn() {
      const none = [] as unknown as Arguments<Id>; // these lists need nothing
      return (await Array.fromAsync(client().list(id, ...none))) as Answer<Id>['data']; // the items of its pages
    },
  });
}
