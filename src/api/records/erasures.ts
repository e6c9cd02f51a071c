import { AppError } from '../../contract/errors.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { isIdOf, pageOfList, readCursor } from '../http/pagination.ts';

/** Erasures of the stored data of visitors. */
export function privacyHandlers({
  pipeline,
  telemetry,
}: Pick<ApiParts, 'pipeline' | 'telemetry'>): Handlers<'eraseVisitor' | 'listErasures' | 'getErasure'> {
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
        const changes = [
          { pointer: '/code', after: code },
          { pointer: '/by', after: by },
        ];
        const made = entry({ id, changes });
        telemetry.audited(made);
        return made;
      });
    },
    async listErasures({ query: { limit, cursor } }) {
      const place = readCursor(cursor, isIdOf('era'));
      return pageOfList(await eraser.list(), { cursor: place, limit, placeOf: ({ id }) => id ?? '' });
    },
    async getErasure({ params: { id } }) {
      const found = (await eraser.list()).find((one) => one.id === id);
      if (found === undefined) throw new AppError('not_found', `There is no erasure ${id}.`);
      return found;
    },
  };
}
