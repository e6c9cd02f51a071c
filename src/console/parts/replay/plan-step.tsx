import { Alert, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Replay, ReplayPlan } from '../../../contract/records/replay.ts';
import { terms, replays as words } from '../../messages/en.ts';
import { Icon, More } from '../parts.ts';
import { ExchangeRequest } from '../payload/exchange.tsx';
import type { AskedPlan } from './ask-plan.ts';
import { type ReplayDraft, rateOf } from './replay-draft.ts';

const w = words.dialog;

/** `plan`: undefined while it is being made; null: it could not be made. */
type Props = { draft: ReplayDraft; plan: AskedPlan | null | undefined };

/** What would happen: how many, how long, what arrives twice, what is left out, and the first requests. */
export function PlanStep({ draft, plan }: Props): ReactNode {
  if (plan === undefined) return <Text role="status">{terms.counting}</Text>;
  if (plan === null) return null;
  const { deliveries, complete, durationMs, duplicates, leftOut, samples, body, rejected } = plan;
  return (
    <Stack gap="sm">
      <div role="status">
        <Text fw={600}>
          {deliveries > 0 || !complete ? w.planned(deliveries, complete) : leftOut.length > 0 ? w.nothing : w.noneFound}
        </Text>
        {deliveries === 0 ? null : <Text>{durationMs === null ? w.takesUnknown : w.takes(durationMs)}</Text>}
        <Text c="dimmed">{optionsInWords(draft, body)}</Text>
        {deliveries === 0 || draft.body !== null || draft.to !== '' ? null : <Text c="dimmed">{whyBody(plan)}</Text>}
        {duplicates === 0 ? null : <Text fw={600}>{w.duplicates(duplicates)}</Text>}
      </div>
      {body === 'current' || rejected === 0 ? null : (
        <Alert color="orange" icon={<Icon name="alert" />}>
          {w.rejectedBefore(rejected)}
        </Alert>
      )}
      <LeftOut leftOut={leftOut} toSend={complete ? deliveries : null} />
      {samples === null ? (
        <Text c="dimmed">{w.hidden(rights['payloads:view'])}</Text>
      ) : samples.length === 0 ? null : (
        <section aria-label={w.samples}>
          <Text fw={600}>{w.samples}</Text>
          {samples.map(({ request, problem, deliveryId, eventId, destinationId }, index) => (
            <More
              key={`${deliveryId ?? eventId} ${destinationId}`}
              summary={`${w.sampleOf(index + 1)} ${request === null ? '' : `${request.method} ${request.url}`}`}
            >
              {request === null ? <Text>{problem}</Text> : <ExchangeRequest request={request} />}
            </More>
          ))}
        </section>
      )}
    </Stack>
  );
}

/** What is chosen, and how it is sent, in a line. */
function optionsInWords({ of, ids, only, rate, order }: ReplayDraft, body: AskedPlan['body']): string {
  const chosen =
    ids === null
      ? []
      : [of === 'events' ? words.what.chosenEvents(ids.length) : words.what.chosenDeliveries(ids.length)];
  const perSecond = rateOf(rate);
  const speed = perSecond === null ? words.unlimited : words.perSecond(perSecond);
  return [...chosen, `${w.only}: ${w.onlies[only]}`, w.bodies[body], speed, w.orders[order]].join(' · ');
}

/** Why the plan has its body, where it was not chosen. */
function whyBody({ body, rejected, changed }: AskedPlan): string | null {
  if (body === 'original') return null;
  return rejected > 0 ? w.rendersRejected : changed > 0 ? w.rendersChanged : null;
}

/** How many are to be sent (null: not known), and what is left out by the reason. Nothing when all are sent. */
export function LeftOut({ leftOut, toSend }: Pick<ReplayPlan, 'leftOut'> & { toSend: number | null }): ReactNode {
  if (leftOut.length === 0) return null;
  return (
    <div>
      {toSend === null ? null : <Text>{words.found(toSend, sumOf(leftOut))}</Text>}
      <Text>{words.page.leftOut}</Text>
      <ul>
        {leftOut.map(({ reason, count }) => (
          <li key={reason}>{words.leftOutOf(count, words.leftOut[reason])}</li>
        ))}
      </ul>
    </div>
  );
}

/**
 * How many deliveries of a replay are sent, and how many of those its templates skip: `total` and `skipped` count
 * excluded ones.
 */
export function sentOf({ total, skipped, leftOut }: Replay['progress']): { toSend: number; skipped: number } {
  const excluded = sumOf(leftOut);
  return { toSend: total - excluded, skipped: skipped - excluded };
}

const sumOf = (leftOut: ReplayPlan['leftOut']) => leftOut.reduce((sum, { count }) => sum + count, 0);
