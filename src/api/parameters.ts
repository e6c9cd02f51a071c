import { AppError } from '../contract/errors.ts';
import type { Parameter } from '../contract/parameter.ts';
import { authorOf } from './author.ts';
import type { ApiParts, Handlers } from './call.ts';
import { pageOfList, readCursor } from './cursor.ts';
import { checkIfMatch, versionTag } from './entity-tag.ts';
import { foldName } from './fold-name.ts';
import { given } from './given.ts';

/** Parameters: learnt from traffic, listed by name, described by people. */
export function parameterHandlers(parts: ApiParts): Handlers<'listParameters' | 'changeParameter'> {
  const { pipeline } = parts;

  function find(name: string): Parameter {
    const found = pipeline.parameters().find((one) => one.name === name);
    if (found === undefined) throw new AppError('not_found', `No parameter ${name} was seen on events yet.`);
    return found;
  }

  return {
    listParameters({ query }) {
      const { limit, cursor: text, name, offered, seen } = query;
      const cursor = readCursor(text, (at) => at !== '');
      const wanted = foldName(name ?? '');
      const items = pipeline
        .parameters()
        .filter(
          (one) =>
            foldName(one.name).includes(wanted) &&
            (offered === undefined || one.offered === offered) &&
            (seen === undefined || (one.lastSeenAt !== null) === seen),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      // By name, so that what comes later in the list is greater.
      return pageOfList(items, { cursor, limit, placeOf: (one) => one.name }, (a, b) => a > b);
    },

    async changeParameter({ params, body, reply, request, principal }) {
      const { name } = params;
      const patch = given(body());
      find(name);
      const now = new Date(parts.now()).toISOString();
      const snapshot = await pipeline.configuration.change(authorOf(request), ({ documents }) => {
        const before = documents.parameter.get(name);
        checkIfMatch(request.headers['if-match'], before?.version ?? 0);
        const document = {
          kind: 'parameter' as const,
          id: name,
          version: (before?.version ?? 0) + 1,
          body: { ...before?.body, ...patch, name },
          createdAt: before?.createdAt ?? now,
          updatedAt: now,
          updatedBy: principal.name,
        };
        return [{ op: 'put', document }];
      });
      reply.header('etag', versionTag(snapshot.documents.parameter.get(name)?.version ?? 0));
      return find(name);
    },
  };
}
