import { Button, NativeSelect } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { useApi } from '../../data/api.ts';
import { issues as words } from '../../messages/en/issues.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { options } from '../../parts/form/options.ts';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { useMay } from '../../session/rights.ts';

const w = words.page;
const hourMs = 3_600_000;
const spans: Readonly<Record<keyof typeof w.muteFor, number | null>> = {
  '1h': hourMs,
  '8h': 8 * hourMs,
  '24h': 24 * hourMs,
  '7d': 7 * 24 * hourMs,
  unmuted: null,
};

/** Acknowledge, resolve, mute, reopen. */
export function IssueActions({ issue }: { issue: Issue }): ReactNode {
  const { id, state } = issue;
  const mayManage = useMay('deliveries:manage');
  const acknowledge = useApi('acknowledgeIssue');
  const resolve = useApi('resolveIssue');
  const unmute = useApi('unmuteIssue');
  const reopen = useApi('reopenIssue');
  const [isMuting, setMuting] = useState(false);
  const params = { params: { id } };
  const says = (said: string) => ({ onSuccess: () => notifyDone(said), onError: notifyFailed });
  return (
    <>
      {!mayManage ? null : state === 'resolved' ? (
        <Button loading={reopen.isPending} onClick={() => reopen.mutate(params, says(w.reopened))}>
          {w.reopen}
        </Button>
      ) : (
        <>
          {state === 'muted' ? (
            <Button variant="default" loading={unmute.isPending} onClick={() => unmute.mutate(params, says(w.unmuted))}>
              {w.unmute}
            </Button>
          ) : (
            <Button variant="default" onClick={() => setMuting(true)}>
              {w.mute}
            </Button>
          )}
          <Button
            variant="default"
            loading={resolve.isPending}
            onClick={() => resolve.mutate({ ...params, body: { note: null } }, says(w.nowResolved))}
          >
            {w.resolve}
          </Button>
          {state === 'acknowledged' ? null : (
            <Button
              loading={acknowledge.isPending}
              onClick={() => acknowledge.mutate(params, says(parts.status.acknowledged))}
            >
              {w.acknowledge}
            </Button>
          )}
        </>
      )}
      {isMuting ? <MuteDialog id={id} onClose={() => setMuting(false)} /> : null}
    </>
  );
}

function MuteDialog({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const mute = useApi('muteIssue');
  const [span, setSpan] = useState<keyof typeof spans>('8h');
  function confirm() {
    const ms = spans[span];
    const until = ms === null ? null : new Date(Date.now() + ms).toISOString();
    mute.mutate(
      { params: { id }, body: { until } },
      {
        onSuccess() {
          notifyDone(parts.status.muted);
          onClose();
        },
      },
    );
  }
  return (
    <ConfirmDialog
      isOpen
      title={w.muteTitle}
      verb={w.muteVerb}
      isDangerous={false}
      isBusy={mute.isPending}
      error={mute.error}
      onConfirm={confirm}
      onCancel={onClose}
    >
      {w.muteText}
      <NativeSelect
        mt="sm"
        label={w.muteSpan}
        value={span}
        // Options are made of the keys.
        onChange={({ currentTarget: { value } }) => setSpan(value as keyof typeof spans)}
        data={options(w.muteFor)}
      />
    </ConfirmDialog>
  );
}
