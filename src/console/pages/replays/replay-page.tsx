import { Stack, Text, VisuallyHidden } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Replay } from '../../../contract/records/replay.ts';
import { useApiQuery } from '../../data/data.ts';
import { shell, terms, replays as words } from '../../messages/en.ts';
import { ActButton, Note, Panel, Progress, Time, toneColor } from '../../parts/parts.ts';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { LeftOut, sentOf } from '../../parts/replay/plan-step.tsx';
import { ReplayButton } from '../../parts/replay/replay-button.tsx';
import { useMay } from '../../session/rights.ts';
import { LoadedPage } from '../../shell/page.tsx';
import { ReplayStatus } from './replay-status.tsx';
import { What } from './replays-page.tsx';

const w = words.page;
const againMs = 1_000;
/** How often the progress is read out. */
const politeMs = 10_000;

export function ReplayPage(): ReactNode {
  const { replayId } = useParams({ from: '/shell/replays/$replayId' });
  const query = useApiQuery(
    'getReplay',
    { params: { id: replayId } },
    { refetchInterval: ({ state: { data } }) => (data !== undefined && isEnded(data) ? false : againMs) },
  );
  return (
    <LoadedPage
      query={query}
      one={terms.replay}
      nameOf={({ name }) => name}
      lead={(replay) => (
        <>
          <ReplayStatus replay={replay} /> <What replay={replay} />
        </>
      )}
      crumbs={[{ label: shell.pages.replays, to: '/replays' }]}
      right="deliveries:view"
      actions={(replay) => <Steering replay={replay} />}
    >
      {(replay) => (
        <Stack>
          <Summary replay={replay} />
          <Panel title={w.results}>
            <DeliveryTable filter={{ replayId }} empty={{ text: w.noResultsText }} />
          </Panel>
        </Stack>
      )}
    </LoadedPage>
  );
}

function isEnded({ state, progress }: Replay): boolean {
  return state === 'done' || (state === 'cancelled' && progress.waiting + progress.retrying === 0);
}

function Summary({ replay }: { replay: Replay }): ReactNode {
  const { state, progress, reason, ratePerSecond, startedBy, createdAt, finishedAt } = replay;
  const { done, failed, cancelled, waiting, held, retrying } = progress;
  const { toSend, skipped } = sentOf(progress);
  const counts = w.counts({ done, failed, skipped, toSend });
  const hasFailed = state === 'done' && failed > 0;
  const sentence = hasFailed ? w.endedWithFailed(failed) : w.sentence[state];
  return (
    <Panel title={terms.progress}>
      <Progress value={done + failed + skipped + cancelled} of={toSend} label={terms.progress} />
      <Text fw={600} {...(hasFailed ? { c: toneColor('bad') } : {})}>
        {sentence}
      </Text>
      <Text>{counts}</Text>
      <Polite text={`${sentence} ${counts}`} isLast={isEnded(replay)} />
      {waiting === 0 ? null : <Text>{w.waiting(waiting)}</Text>}
      {held === 0 ? null : <Text>{w.held(held)}</Text>}
      {retrying === 0 ? null : <Text>{w.retrying(retrying)}</Text>}
      {cancelled === 0 ? null : <Text>{w.cancelled(cancelled)}</Text>}
      <LeftOut leftOut={progress.leftOut} toSend={toSend} />
      <Note>
        {words.columns.startedBy} {startedBy}, <Time at={createdAt} />
        {finishedAt === null ? null : (
          <>
            , {w.ended} <Time at={finishedAt} />
          </>
        )}
      </Note>
      <Note>
        {words.columns.rate}: {ratePerSecond === null ? words.unlimited : words.perSecond(ratePerSecond)}
      </Note>
      {reason === '' ? null : (
        <Note>
          {terms.reason}: {reason}
        </Note>
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
  const { waiting, held, retrying, failed } = progress;
  const mayManage = useMay('deliveries:manage');
  if (!mayManage) return null;
  const input = { params: { id } };
  const isGoing = state === 'running' || state === 'planned';
  return (
    <>
      {isGoing ? (
        <ActButton route="pauseReplay" input={input}>
          {terms.pause}
        </ActButton>
      ) : null}
      {state === 'paused' ? (
        <ActButton route="resumeReplay" input={input} variant="filled">
          {terms.resume}
        </ActButton>
      ) : null}
      {isGoing || state === 'paused' ? (
        <ActButton
          route="cancelReplay"
          input={input}
          confirm={{
            title: w.cancelTitle,
            cancel: terms.dontCancel,
            children: w.cancelText(waiting + held + retrying),
          }}
        >
          {w.cancel}
        </ActButton>
      ) : null}
      {isEnded(replay) && failed > 0 ? (
        <ReplayButton
          variant="filled"
          label={w.again(failed)}
          from={() => ({ of: 'deliveries', filter: { replayId: id, status: 'failed' } })}
        />
      ) : null}
    </>
  );
}
