import { changesOf } from '../../contract/records/audit-changes.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { isIdOf, pageOfAll } from '../http/pagination.ts';
import { found } from '../http/validate.ts';

/** Erasures of the stored data of visitors. */
export function privacyHandlers({ pipeline, telemetry }: Pick<ApiParts, 'pipeline' | 'telemetry'>) {
  const { eraser } = pipeline;
  return {
    async eraseVisitor({ body, entry, reply }) {
      const { visitorId, parameter = '', value = '', dryRun } = body();
      const sought = visitorId === undefined ? { parameter, value } : { visitorId };
      if (dryRun) {
        reply.code(200);
        return eraser.plan(sought);
      }
      return eraser.begin(sought, ({ id, code, by }) => {
        const made = entry({ id, changes: changesOf({}, { code, by }) });
        telemetry.audited(made);
        return made;
      });
    },
    listErasures: async ({ query }) =>
      pageOfAll(await eraser.list(), query, { sortKeyOf: ({ id }) => id ?? '', isSortKey: isIdOf('era') }),
    async getErasure({ params: { id } }) {
      const erasures = await eraser.list();
      return found(
        erasures.find((one) => one.id === id),
        `There is no erasure ${id}.`,
      );
    },
  } satisfies Partial<Handlers>;
}
