import { Anchor, Button, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { event as words } from '../../messages/en/events.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { ConditionTree } from './condition-tree.tsx';
import { tally } from './decision.ts';
import { because, type ExplainedAction, type Explanation, eventSummary } from './event-summary.ts';
import css from './explain.module.css';
import { Journey } from './journey.tsx';

/** Why an event was sent or not: one sentence, then each Action with its rules, its mapping and its deliveries. */
export function ExplainTab({ explanation }: { explanation: Explanation }): ReactNode {
  const maySee = useMay('payloads:view');
  const actions = [...explanation.actions].sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <section className={css['answer']} aria-label={words.whatHappened}>
        {eventSummary(explanation, maySee).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </section>
      {actions.length === 0 ? (
        <Panel title={words.actions} text={words.noActions}>
          <div>
            <Button component={Link} to="/actions">
              {words.newAction}
            </Button>
          </div>
        </Panel>
      ) : (
        actions.map((action) => <OneAction key={action.actionId} action={action} maySee={maySee} />)
      )}
    </>
  );
}

type OneProps = { action: ExplainedAction; maySee: boolean };

function OneAction({ action, maySee }: OneProps): ReactNode {
  const { name, actionId, matched, status, explanation, decidedBy, deliveries } = action;
  const { all, passed } = tally(explanation);
  const sentence = sentenceOf(action, maySee);
  const sent = deliveries.filter(({ test }) => !test);
  return (
    <Panel title={name}>
      <div className={css['head']}>
        <span className={css['verdict']} data-matched={matched}>
          <Icon name={matched ? 'check' : 'cross'} size={14} />
          {matched ? words.matched : words.notMatched}
        </span>
        <StatusBadge status={status} />
        <Anchor component={Link} to="/actions/$actionId" params={{ actionId } as never}>
          {words.openAction}
        </Anchor>
      </div>
      {sentence === '' ? null : <Text>{sentence}</Text>}
      {all === 0 ? null : (
        <details open={!matched || undefined} className={css['more']}>
          <summary>{words.rules(passed, all)}</summary>
          <ConditionTree tree={explanation} decidedBy={decidedBy} maySee={maySee} />
        </details>
      )}
      {matched || sent.length > 0 ? <Journey action={action} deliveries={sent} maySee={maySee} /> : null}
    </Panel>
  );
}

function sentenceOf(action: ExplainedAction, maySee: boolean): string {
  const { matched, status, deliveries, explanation } = action;
  if (!matched && deliveries.length > 0) return words.rulesChanged;
  if (!matched) return [...because(action, maySee), ...(status === 'disabled' ? [words.disabled] : [])].join(' ');
  if (deliveries.length > 0) return tally(explanation).all === 0 ? words.everyEvent : '';
  return status === 'disabled' ? words.wouldMatch : words.noDelivery;
}

/** What was sent comes first, then what matched, then what is enabled. */
function rank({ deliveries, matched, status }: ExplainedAction): number {
  return (deliveries.length > 0 ? 0 : 4) + (matched ? 0 : 2) + (status === 'enabled' ? 0 : 1);
}
