import type { RejectedIntake } from '../../intake/rejected-requests.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byId, pageOfStored } from '../http/pagination.ts';

/** The list of rejected requests. */
export function rejectedHandlers({ requests }: Pick<ApiParts, 'requests'>, { flush }: Pick<RejectedIntake, 'flush'>) {
  return {
    async listRejectedRequests({ query }) {
      const { key, collectorId } = query;
      await flush();
      return pageOfStored(query, byId('req'), (range) => requests.rejected.list({ key, collectorId, ...range }));
    },
  } satisfies Partial<Handlers>;
}
