import type { Parameter } from '../../contract/documents/parameter.ts';
import { foldName } from '../../contract/fold-name.ts';
import { given } from '../../contract/given.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { withoutExamples } from '../call/payload-redaction.ts';
import { versionTag } from '../http/etag.ts';
import { pageOfAll } from '../http/pagination.ts';
import { found } from '../http/validate.ts';
import { nextVersion } from './reading.ts';
import { parameterUserCounts } from './references.ts';

/** Parameters: learned from traffic, and described by people. */
export function parameterHandlers(parts: ApiParts) {
  const { pipeline } = parts;

  function find(name: string): Parameter {
    const known = pipeline.parameters().find((one) => one.name === name);
    return found(known, `No event has had a parameter ${name} yet.`);
  }

  const withUse = (one: Parameter) => ({
    ...one,
    usedBy: parameterUserCounts(pipeline.configuration.snapshot.documents).get(one.name) ?? 0,
  });

  return {
    listParameters({ query, may }) {
      const { name, offered, seen, sort } = query;
      const wanted = foldName(name ?? '');
      const items = pipeline
        .parameters()
        .filter(
          (one) =>
            foldName(one.name).includes(wanted) &&
            (offered === undefined || one.offered === offered) &&
            (seen === undefined || (one.lastSeenAt !== null) === seen),
        );
      const { data, page } = pageOfAll(items, query, { ...orders[sort], order: 'ascending' });
      const shown = may('payloads:view') ? data : data.map(withoutExamples);
      return { data: shown.map(withUse), page };
    },

    async changeParameter(call) {
      const { name } = call.params;
      const patch = given(call.body());
      find(name);
      const snapshot = await pipeline.configuration.change({ ...call.author, act: 'change' }, ({ documents }) => {
        const before = documents.parameter.get(name);
        call.ifMatch({ version: before?.version ?? 0 });
        const next = nextVersion({ ...before?.body, ...patch, name }, before, call, parts.now());
        return [{ op: 'put', document: { kind: 'parameter', id: name, ...next } }];
      });
      call.reply.header('etag', versionTag(snapshot.documents.parameter.get(name)?.version ?? 0));
      return withUse(call.may('payloads:view') ? find(name) : withoutExamples(find(name)));
    },
  } satisfies Partial<Handlers>;
}

/** Sort orders. Shares change with traffic, so a parameter can appear twice or be missing between two pages. */
const orders = {
  name: { isSortKey: (at: string) => at !== '', sortKeyOf: ({ name }: Parameter) => name },
  share: {
    isSortKey: (at: string) => /^[01]\.\d{6} ./.test(at),
    sortKeyOf: ({ name, share, lastSeenAt }: Parameter) =>
      `${lastSeenAt === null ? '1.000001' : Math.max(0, 1 - share).toFixed(6)} ${name}`,
  },
};
