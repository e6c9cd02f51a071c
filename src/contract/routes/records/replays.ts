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
    'Send past deliveries or events again; with `plan` only count them (200; the first requests need payloads:view). Events need events:view',
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
  pauseReplay: api('POST', '/replays/{id}/pause', ['deliveries:manage'], 'Pause a replay', {
    tag: 'replays',
    audit: { act: 'pause', kind: 'replay' },
    output: replay,
  }),
  resumeReplay: api('POST', '/replays/{id}/resume', ['deliveries:manage'], 'Resume a paused replay', {
    tag: 'replays',
    audit: { act: 'resume', kind: 'replay' },
    output: replay,
  }),
  cancelReplay: api(
    'POST',
    '/replays/{id}/cancel',
    ['deliveries:manage'],
    'Cancel a replay and its deliveries that are not sent yet',
    { tag: 'replays', audit: { act: 'cancel', kind: 'replay' }, output: replay },
  ),
};
