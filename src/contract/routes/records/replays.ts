import { z } from 'zod';
import { pageOf, pageQuery } from '../../records/page.ts';
import { replay, replayInput, replayPlan, replayState } from '../../records/replay.ts';
import { api } from '../../route.ts';

export const replayRoutes = {
  listReplays: api('GET', '/replays', ['deliveries:view'], 'List replays, newest first', {
    tag: 'replays',
    query: z.strictObject({ ...pageQuery, state: replayState.optional() }),
    output: pageOf(replay),
  }),
  createReplay: api(
    'POST',
    '/replays',
    ['deliveries:manage'],
    'Send past deliveries or events once more; with `plan` only count what it would do (200, the first requests only with payloads:view). Events need events:view',
    {
      tag: 'replays',
      audit: { act: 'create', kind: 'replay' },
      body: replayInput,
      output: z.union([replay, replayPlan]),
    },
  ),
  getReplay: api('GET', '/replays/{id}', ['deliveries:view'], 'Get a replay with its progress', {
    tag: 'replays',
    output: replay,
  }),
  pauseReplay: api('POST', '/replays/{id}/pause', ['deliveries:manage'], 'Send nothing more of a replay for now', {
    tag: 'replays',
    audit: { act: 'pause', kind: 'replay' },
    output: replay,
  }),
  resumeReplay: api('POST', '/replays/{id}/resume', ['deliveries:manage'], 'Go on with a paused replay', {
    tag: 'replays',
    audit: { act: 'resume', kind: 'replay' },
    output: replay,
  }),
  cancelReplay: api(
    'POST',
    '/replays/{id}/cancel',
    ['deliveries:manage'],
    'End a replay; what it made and did not send yet is cancelled',
    { tag: 'replays', audit: { act: 'cancel', kind: 'replay' }, output: replay },
  ),
};
