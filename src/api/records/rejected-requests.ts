import type { RejectedIntake } from '../../intake/rejected-requests.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byId, pageOfStored } from '../http/pagination.ts';
import { found } from '../http/validate.ts';

/** Rejected requests, as a list and one by one. */
export function rejectedHandlers({ requests }: Pick<ApiParts, 'requests'>, { flush }: Pick<RejectedIntake, 'flush'>) {
  return {
    async listRejectedRequests({ query }) {
      const { key, collectorId } = query;
      await flush();
      return pageOfStored(query, byId('req'), (range) => requests.rejected.list({ key, collectorId, ...range }));
    },
    async getRejectedRequest({ params: { id } }) {
      await flush();
      return found(await requests.rejected.get(id), `There is no rejected request ${id}.`);
    },
  } satisfies Partial<Handlers>;
}
