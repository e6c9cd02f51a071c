import { replacedHeaders } from '../../connections/own-headers.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import { type DestinationBody, destinationInput } from '../../contract/documents/destination.ts';
import { invalid } from '../../contract/errors.ts';
import type { Delivery } from '../../contract/records/delivery.ts';
import type { SampleInput } from '../../contract/records/sample.ts';
import { joinUrl } from '../../destinations/endpoint-url.ts';
import { withSecretsOf } from '../../pipeline/attempt/delivery-plan.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { isFixedPath, withoutPayloads } from '../call/payload-redaction.ts';
import { requireStoredEvents } from '../call/stored-events.ts';
import { found } from '../http/validate.ts';
import { actionDrafts } from './actions.ts';
import type { Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';
import { patched } from './patch.ts';
import type { Basis } from './reading.ts';
import { type Checked, checkPrograms, withPrograms } from './templates.ts';
import { usedBy } from './usage.ts';

/** Destinations, their checks before saving, previews and test sends. */
export function destinationHandlers(parts: ApiParts) {
  const { configuration, preview, checks, queueStatus, askOwner } = parts.pipeline;
  const documents = documentsOf(
    { ...destinationKind, shownWith: async ({ id }) => ({ health: await queueStatus.healthAt(id) }) },
    parts,
  );
  const actions = actionDrafts(parts);

  const read = (json: unknown, basis: Basis<'destination'>, snapshot: Snapshot) =>
    withPrograms(parts.compute, (programs) => documents.read(json, basis, snapshot, programs).body);

  /** The draft of a preview applied to the stored destination; null without a draft. */
  async function draftOf(id: string, draft: Record<string, unknown> | undefined): Promise<DestinationBody | null> {
    const { snapshot } = configuration;
    const before = documents.find(snapshot, id);
    if (draft === undefined) return null;
    return read(patched(destinationKind, before.body, draft), { before, parent: null }, snapshot);
  }

  /** A draft as an unsaved destination of a connection; its name is optional. */
  async function unsaved(
    params: Record<string, string>,
    draft: Record<string, unknown> | undefined,
  ): Promise<DestinationBody> {
    const { snapshot } = configuration;
    const parent = parentOf(params, snapshot);
    return read({ name: 'New destination', ...draft }, { before: null, parent }, snapshot);
  }

  /** The drafts of a preview or test: `draft` is of an action when it has rules or destinations, else of the destination. */
  async function draftsOf(
    id: string,
    { draft, actionId }: SampleInput,
  ): Promise<[destination: DestinationBody | null, action: ActionBody | null]> {
    if (draft === undefined || !isOfAction(draft)) return [await draftOf(id, draft), null];
    return [null, await (actionId === undefined ? actions.unsaved(draft) : actions.stored(actionId, draft))];
  }

  async function list(query: Call<'listAllDestinations'>['query'], parent: string | null, may: Call['may']) {
    const page = await documents.list(query, parent);
    if (query.usage !== true) return page;
    const usage = page.data.map(({ id }) => ({ id, usedBy: usedBy(id, configuration.snapshot, may) }));
    return { ...page, usage };
  }

  const parentIn = (params: Record<string, string>) => parentOf(params, configuration.snapshot);

  return {
    ...documentHandlers('destination', documents, parentIn),
    listDestinations: ({ query, params, may }) => list(query, parentIn(params), may),
    listAllDestinations: ({ query, may }) => list(query, null, may),
    async previewDestination({ params, body, may }) {
      const input = body();
      if (input.eventId !== undefined) requireStoredEvents(may);
      return preview.preview(params.id, input, ...(await draftsOf(params.id, input)));
    },
    async previewUnsavedDestination({ params, body, may }) {
      const input = body();
      if (input.eventId !== undefined) requireStoredEvents(may);
      return preview.preview(null, input, await unsaved(params, input.draft));
    },
    async checkDestination({ params: { id }, body }) {
      const { draft, actionId = null, last } = body();
      return checks.destination({ id, draft: await draftOf(id, draft) }, { actionId, last });
    },
    async checkUnsavedDestination({ params, body }) {
      const { draft, actionId = null, last } = body();
      return checks.destination({ id: null, draft: await unsaved(params, draft) }, { actionId, last });
    },
    async checkOutcomes({ params: { id }, body }) {
      const { draft, last } = body();
      return checks.outcomes({ id, draft: await draftOf(id, draft) }, last);
    },
    async testDestination({ params: { id }, body, may, record, request }) {
      const { draft, ...input } = body();
      // The draft decides what of the event is sent where.
      if (input.eventId !== undefined) requireStoredEvents(may);
      const { name, path, connectionId } = documents.find(configuration.snapshot, id).body;
      const drafts = await draftsOf(id, { ...input, draft });
      const [destination, actionDraft] = drafts;
      const asked = { destinationId: id, connectionId, input, draft: destination, actionDraft };
      const delivery = await askOwner(connectionId, 'test', asked);
      await record({ id, name, changes: [{ pointer: '/delivery', after: delivery.id }] });
      const shown = (one: Delivery) =>
        may('payloads:view') ? one : withoutPayloads(one, () => isFixedPath(drafts[0]?.path ?? path));
      // Masks and retention do not reach a response that is kept for an Idempotency-Key: it has what the journal has.
      const stored = request.running === null ? null : await parts.journal.log.delivery(delivery.id);
      if (stored !== null) request.keptBody = JSON.stringify(shown({ ...delivery, attemptLog: stored.attemptLog }));
      return shown(delivery);
    },
  } satisfies Partial<Handlers>;
}

/** Whether the draft of a preview is an action's, with a field mapping, and not a destination's. */
function isOfAction(draft: Record<string, unknown>): boolean {
  return 'destinations' in draft || 'rules' in draft;
}

function parentOf({ id = '' }: Record<string, string>, snapshot: Snapshot): string {
  return connectionOf(id, snapshot).id;
}

function connectionOf(id: string, { documents }: Snapshot) {
  return found(documents.connection.get(id), `There is no connection ${id}.`);
}

export const destinationKind: Kind<'destination'> = {
  kind: 'destination',
  input: destinationInput,
  complete(input, before, parent) {
    const body = input as DestinationBody; // the schema's output; connectionId is set below
    const connectionId = before?.body.connectionId ?? parent ?? body.connectionId;
    if (body.connectionId !== undefined && body.connectionId !== connectionId)
      throw invalid([{ pointer: '/connectionId', detail: "A destination can't move to another connection." }]);
    return { ...body, connectionId };
  },
  check({ body, before, snapshot, programs }) {
    const { path } = body;
    checkPrograms([programOf(body)], before === null ? [] : [programOf(before.body)], programs);
    const connection = connectionOf(body.connectionId, snapshot);
    if (!path.includes('{{')) {
      const joined = joinUrl({ ...connection.body, path });
      if (!joined.ok) throw invalid([{ pointer: '/path', detail: joined.reason }]);
    }
    return replacedHeaders(connection.body, body);
  },
  // Old secrets are not restored: they may have been meant for an earlier host of the connection.
  rolledBack(old, present) {
    return { ...withSecretsOf(old, present.settings.headers), connectionId: present.connectionId };
  },
};

function programOf({ template, contentType, path, settings }: DestinationBody): Checked {
  const { headers } = settings;
  // The value of a secret header is sent without rendering.
  const tagged = headers.flatMap(({ name, value, secret }) => (secret ? [] : [{ name, value }]));
  return {
    input: { template, contentType, escape: settings.escape, path, headers: tagged, mapping: null },
    pointerOf(part) {
      const name = /^header (.*)$/.exec(part)?.[1];
      return name === undefined
        ? `/${part}`
        : `/settings/headers/${headers.findIndex((one) => one.name === name)}/value`;
    },
  };
}
