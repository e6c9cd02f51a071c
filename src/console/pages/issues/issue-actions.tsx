import { Button, Group, NativeSelect } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { useApiQuery } from '../../data/data.ts';
import { issueText, parts, terms, issues as words } from '../../messages/en.ts';
import { useConnectionStatus } from '../../parts/connection/connection.ts';
import { HoldActions } from '../../parts/connection/hold-actions.tsx';
import { bind, options } from '../../parts/form/bind.ts';
import { ActButton, ActDialog, ButtonLink } from '../../parts/parts.ts';
import { ReplayButton } from '../../parts/replay/replay-button.tsx';
import { useMay } from '../../session/rights.ts';

const w = words.page;
const status = 'failed';
const hourMs = 3_600_000;
const spans: Readonly<Record<keyof typeof w.muteFor, number | null>> = {
  '1h': hourMs,
  '8h': 8 * hourMs,
  '24h': 24 * hourMs,
  '7d': 7 * 24 * hourMs,
  unmuted: null,
};

/** Acknowledge, resolve, mute, reopen. */
export function IssueActions({ issue: { id, state } }: { issue: Issue }): ReactNode {
  const mayManage = useMay('deliveries:manage');
  const [isMuting, setMuting] = useState(false);
  if (!mayManage) return null;
  const input = { params: { id } };
  if (state === 'resolved')
    return (
      <ActButton route="reopenIssue" input={input} done={w.reopened} variant="filled">
        {w.reopen}
      </ActButton>
    );
  return (
    <>
      {state === 'muted' ? (
        <ActButton route="unmuteIssue" input={input} done={w.unmuted}>
          {w.unmute}
        </ActButton>
      ) : (
        <Button onClick={() => setMuting(true)}>{w.mute}</Button>
      )}
      <ActButton route="resolveIssue" input={{ ...input, body: { note: null } }} done={w.nowResolved}>
        {w.resolve}
      </ActButton>
      {state === 'acknowledged' ? null : (
        <ActButton route="acknowledgeIssue" input={input} done={parts.status.acknowledged} variant="filled">
          {w.acknowledge}
        </ActButton>
      )}
      {isMuting ? <MuteDialog id={id} onClose={() => setMuting(false)} /> : null}
    </>
  );
}

function MuteDialog({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const [span, setSpan] = useState<keyof typeof spans>('8h');
  const ms = spans[span];
  return (
    <ActDialog
      route="muteIssue"
      input={{ params: { id }, body: { until: ms === null ? null : new Date(Date.now() + ms).toISOString() } }}
      title={w.muteTitle}
      verb={w.muteVerb}
      isDangerous={false}
      done={parts.status.muted}
      onClose={onClose}
    >
      {w.muteText}
      <NativeSelect mt="sm" label={w.muteSpan} {...bind(span, setSpan)} data={options(w.muteFor)} />
    </ActDialog>
  );
}

/** The steps that the likely fix of an issue names, as buttons. */
export function FixActions({ issue }: { issue: Issue }): ReactNode {
  const { id, kind, connectionId, destinationId, state, sample, openedAt } = issue;
  const errorKind = issue.errorKind ?? undefined;
  const reason = kind === 'held_expired' ? ('expired' as const) : undefined;
  const failed =
    destinationId === null || (errorKind ?? reason) === undefined ? null : { destinationId, errorKind, reason };
  const isOpen = state !== 'resolved';
  const isAtDestination = kind === 'template' || kind === 'paused' || errorKind === 'http_4xx';
  return (
    <Group gap="xs">
      {isOpen && kind === 'tripped' && connectionId !== null ? <HoldActions connectionId={connectionId} /> : null}
      {connectionId === null ? null : <PauseAction connectionId={connectionId} isOpen={isOpen} />}
      {connectionId === null || (kind !== 'auth_rejected' && kind !== 'expiring') ? null : (
        <ButtonLink to="/connections/$connectionId" params={{ connectionId }}>
          {terms.openConnection}
        </ButtonLink>
      )}
      {connectionId === null || destinationId === null || !isAtDestination ? null : (
        <ButtonLink
          to="/connections/$connectionId/destinations/$destinationId"
          params={{ connectionId, destinationId }}
          // The event and the mapping of the sample, for the preview beside the template.
          search={{
            eventId: sample?.eventId ?? undefined,
            actionId: sample?.actionId ?? undefined,
            edit: kind === 'paused' ? undefined : 'on',
          }}
        >
          {kind === 'paused' ? terms.openDestination : w.openTemplate}
        </ButtonLink>
      )}
      {failed === null ? null : (
        <>
          <ButtonLink
            to="/deliveries"
            search={{ destination: failed.destinationId, error: failed.errorKind, reason: failed.reason, status }}
          >
            {terms.viewFailed}
          </ButtonLink>
          <ReplayButton
            label={isOpen ? w.resolveAndReplay : w.replay}
            from={() => ({
              of: 'deliveries',
              filter: { ...failed, status },
              reason: w.reason(issueText(issue).title),
              issueOpenedAt: openedAt,
              ...(isOpen ? { issueId: id } : {}),
            })}
          />
        </>
      )}
    </Group>
  );
}

/** Pausing resolves some issues; then the button resumes. */
function PauseAction({ connectionId, isOpen }: { connectionId: string; isOpen: boolean }): ReactNode {
  const mayManage = useMay('connections:manage');
  const { data } = useApiQuery('getConnection', { params: { id: connectionId } }, { enabled: mayManage });
  const { change, isPending } = useConnectionStatus();
  const isOn = data?.status === 'enabled';
  if (data === undefined || (isOn && !isOpen)) return null;
  return (
    <Button loading={isPending} onClick={() => change(data, isOn ? 'paused' : 'enabled')}>
      {isOn ? terms.pauseOf(data.name) : terms.resumeOf(data.name)}
    </Button>
  );
}
