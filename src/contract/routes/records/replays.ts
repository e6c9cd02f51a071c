import { z } from 'zod';
import { pageOf, pageQuery } from '../../records/page.ts';
import { replay, replayInput, replayPlan, replayState } from '../../records/replay.ts';
import { api, tagged } from '../../route.ts';

export const replayRoutes = tagged('replays', {
  listReplays: api('GET /replays', 'deliveries:view', 'List replays, newest first', {
    query: pageQuery({ state: replayState.optional() }),
    output: pageOf(replay),
  }),
  createReplay: api(
    'POST /replays',
    'deliveries:manage',
    'Send past deliveries or events again; with `plan` only count them (200; the first requests need payloads:view). Events need events:view',
    { audit: 'create replay', body: replayInput, output: z.union([replay, replayPlan]) },
  ),
  getReplay: api('GET /replays/{id}', 'deliveries:view', 'Get a replay with its progress', { output: replay }),
  pauseReplay: api('POST /replays/{id}/pause', 'deliveries:manage', 'Pause a replay', {
    audit: 'pause replay',
    output: replay,
  }),
  resumeReplay: api('POST /replays/{id}/resume', 'deliveries:manage', 'Resume a paused replay', {
    audit: 'resume replay',
    output: replay,
  }),
  cancelReplay: api(
    'POST /replays/{id}/cancel',
    'deliveries:manage',
    'Cancel a replay and its deliveries that are not sent yet',
    { audit: 'cancel replay', output: replay },
  ),
});
