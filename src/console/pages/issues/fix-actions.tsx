import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { connections } from '../../messages/en/connections.ts';
import { issues as words } from '../../messages/en/issues.ts';
import { terms } from '../../messages/en/terms.ts';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { useMay } from '../../session/rights.ts';
import { useConnectionStatus } from '../connections/change-status.ts';
import { ReplayButton } from '../replays/replay-button.tsx';

const w = words.page;

/** The steps that the likely fix of an issue names, as buttons. */
export function FixActions({ issue }: { issue: Issue }): ReactNode {
  const { kind, connectionId, destinationId, errorKind, state, sample } = issue;
  const isOpen = state !== 'resolved';
  const isAtDestination = kind === 'template' || kind === 'paused' || errorKind === 'http_4xx';
  return (
    <Group gap="xs" mt="sm">
      {isOpen && kind === 'tripped' ? <HoldActions connectionId={connectionId} /> : null}
      {connectionId === null ? null : <PauseAction connectionId={connectionId} isOpen={isOpen} />}
      {connectionId === null || (kind !== 'auth_rejected' && kind !== 'expiring') ? null : (
        <Button variant="default" component={Link} to={`/connections/${connectionId}` as '/'}>
          {w.openConnection}
        </Button>
      )}
      {connectionId === null || destinationId === null || !isAtDestination ? null : (
        <Button
          variant="default"
          component={Link}
          to={`/connections/${connectionId}/destinations/${destinationId}` as '/'}
          search={exampleOf(sample) as never} // Link does not know which page it is
        >
          {kind === 'paused' ? w.openDestination : w.openTemplate}
        </Button>
      )}
      {destinationId === null || errorKind === null ? null : (
        <>
          <Button
            variant="default"
            component={Link}
            to="/deliveries"
            search={{ destination: destinationId, error: errorKind, status: 'failed' } as never}
          >
            {terms.viewFailed}
          </Button>
          <ReplayButton
            label={w.replay}
            from={() => ({
              of: 'deliveries',
              filter: { destinationId, errorKind, status: 'failed' },
              body: isAtDestination ? 'current' : 'original',
            })}
          />
        </>
      )}
    </Group>
  );
}

/** The event and the mapping of the sample, for the preview beside the template. */
function exampleOf(sample: Issue['sample']) {
  return { eventId: sample?.eventId ?? undefined, actionId: sample?.actionId ?? undefined };
}

function HoldActions({ connectionId }: { connectionId: string | null }): ReactNode {
  const probe = useApi('probeConnection');
  const release = useApi('releaseConnection');
  if (!useMay('deliveries:manage') || connectionId === null) return null;
  const params = { params: { id: connectionId } };
  const says = (said: string) => ({ onSuccess: () => notifyDone(said), onError: notifyFailed });
  return (
    <>
      <Button variant="default" loading={probe.isPending} onClick={() => probe.mutate(params, says(w.checking))}>
        {connections.health.probe}
      </Button>
      <Button variant="default" loading={release.isPending} onClick={() => release.mutate(params, says(w.sending))}>
        {connections.health.release}
      </Button>
    </>
  );
}

/** Pausing resolves some issues; then the button resumes. */
function PauseAction({ connectionId, isOpen }: { connectionId: string; isOpen: boolean }): ReactNode {
  const mayManage = useMay('connections:manage');
  const { data } = useQuery({ ...apiQuery('getConnection', { params: { id: connectionId } }), enabled: mayManage });
  const { change, isPending } = useConnectionStatus();
  const isOn = data?.status === 'enabled';
  if (data === undefined || (isOn && !isOpen)) return null;
  return (
    <Button variant="default" loading={isPending} onClick={() => change(data, isOn ? 'paused' : 'enabled')}>
      {isOn ? terms.pauseOf(data.name) : terms.resumeOf(data.name)}
    </Button>
  );
}
