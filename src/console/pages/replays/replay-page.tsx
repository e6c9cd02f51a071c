import { Button, Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Replay } from '../../../contract/records/replay.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { notifyFailed } from '../../parts/notify.ts';
import { Panel } from '../../parts/panel.tsx';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { LeftOut } from './plan-step.tsx';
import { ReplayButton } from './replay-button.tsx';
import css from './replays.module.css';
import { What } from './replays-page.tsx';

const w = words.page;
const againMs = 1_000;
/** How often the progress is read out. */
const politeMs = 10_000;

export function ReplayPage(): ReactNode {
  const { replayId } = useParams({ from: '/shell/replays/$replayId' });
  const search = useSearch({ from: '/shell/replays/$replayId' });
  const navigate = useNavigate({ from: '/replays/$replayId' });
  const mayLook = useMay('deliveries:view');
  const { data, error, refetch } = useQuery({
    ...apiQuery('getReplay', { params: { id: replayId } }),
    enabled: mayLook,
    refetchInterval: ({ state }) => (state.data !== undefined && isEnded(state.data) ? false : againMs),
  });
  return (
    <Page
      title={words.one}
      object={data?.name}
      id={data?.id}
      lead={
        data === undefined ? undefined : (
          <>
            <StatusBadge status={data.state} /> <What replay={data} />
          </>
        )
      }
      crumbs={[{ label: shell.pages.replays, to: '/replays' }]}
      right="deliveries:view"
      actions={data === undefined ? undefined : <Steering replay={data} />}
    >
      {data !== undefined ? (
        <div className={css['panels']}>
          <Progress replay={data} />
          <Panel title={w.results}>
            <DeliveryTable
              filter={{ replayId }}
              cursor={search.cursor}
              onCursor={(cursor) => void navigate({ search: { cursor }, replace: true })}
              empty={{ text: w.noResultsText }}
            />
          </Panel>
        </div>
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Page>
  );
}

function isEnded({ state, progress }: Replay): boolean {
  return state === 'done' || (state === 'cancelled' && progress.waiting + progress.retrying === 0);
}

function Progress({ replay }: { replay: Replay }): ReactNode {
  const { state, progress, reason, ratePerSecond, startedBy, createdAt, finishedAt } = replay;
  const { done, failed, skipped, cancelled, total, waiting, held, retrying } = progress;
  return (
    <Panel title={terms.progress}>
      <progress
        className={css['progress']}
        value={done + failed + skipped + cancelled}
        max={Math.max(total, 1)}
        aria-label={terms.progress}
      />
      <Text fw={600}>{w.sentence[state]}</Text>
      <Text>{w.counts(progress)}</Text>
      <Polite text={`${w.sentence[state]} ${w.counts(progress)}`} isLast={isEnded(replay)} />
      {waiting === 0 ? null : <Text>{w.waiting(waiting)}</Text>}
      {held === 0 ? null : <Text>{w.held(held)}</Text>}
      {retrying === 0 ? null : <Text>{w.retrying(retrying)}</Text>}
      {cancelled === 0 ? null : <Text>{w.cancelled(cancelled)}</Text>}
      <LeftOut leftOut={progress.leftOut} />
      <Text c="dimmed" size="sm">
        {words.columns.startedBy} {startedBy}, <Time at={createdAt} />
        {finishedAt === null ? null : (
          <>
            , {w.ended} <Time at={finishedAt} />
          </>
        )}
      </Text>
      <Text c="dimmed" size="sm">
        {words.columns.rate}: {ratePerSecond === null ? words.unlimited : words.perSecond(ratePerSecond)}
      </Text>
      {reason === '' ? null : (
        <Text c="dimmed" size="sm">
          {terms.reason}: {reason}
        </Text>
      )}
    </Panel>
  );
}

/** Reads the progress out, every ten seconds at most and when it is over. */
function Polite({ text, isLast }: { text: string; isLast: boolean }): ReactNode {
  const [said, say] = useState('');
  const newest = useRef(text);
  newest.current = text;
  useEffect(() => {
    const timer = setInterval(() => say(newest.current), politeMs);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (isLast) say(newest.current);
  }, [isLast]);
  return (
    <VisuallyHidden>
      <span role="status">{said}</span>
    </VisuallyHidden>
  );
}

function Steering({ replay }: { replay: Replay }): ReactNode {
  const { id, state, progress } = replay;
  const mayManage = useMay('deliveries:manage');
  const pause = useApi('pauseReplay');
  const resume = useApi('resumeReplay');
  const cancel = useApi('cancelReplay');
  const [isAsked, ask] = useState(false);
  if (!mayManage) return null;
  const isOpen = state === 'planned' || state === 'running' || state === 'paused';
  return (
    <>
      {state === 'running' || state === 'planned' ? (
        <Button
          variant="default"
          loading={pause.isPending}
          onClick={() => pause.mutate({ params: { id } }, { onError: notifyFailed })}
        >
          {terms.pause}
        </Button>
      ) : null}
      {state === 'paused' ? (
        <Button loading={resume.isPending} onClick={() => resume.mutate({ params: { id } }, { onError: notifyFailed })}>
          {terms.resume}
        </Button>
      ) : null}
      {isOpen ? (
        <Button variant="default" onClick={() => ask(true)}>
          {w.cancel}
        </Button>
      ) : null}
      {isEnded(replay) && progress.failed > 0 ? (
        <ReplayButton
          variant="filled"
          label={w.again(progress.failed)}
          from={() => ({ of: 'deliveries', filter: { replayId: id, status: 'failed' } })}
        />
      ) : null}
      <ConfirmDialog
        isOpen={isAsked}
        title={w.cancelTitle}
        verb={w.cancel}
        cancel={terms.dontCancel}
        isBusy={cancel.isPending}
        onCancel={() => ask(false)}
        onConfirm={() =>
          cancel.mutate(
            { params: { id } },
            {
              onSuccess: () => ask(false),
              onError(error) {
                ask(false);
                notifyFailed(error);
              },
            },
          )
        }
      >
        {w.cancelText(progress.waiting + progress.held + progress.retrying)}
      </ConfirmDialog>
    </>
  );
}
