import { Anchor, Button, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { event as words } from '../../messages/en/events.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { ConditionTree } from './condition-tree.tsx';
import { tally } from './decision.ts';
import { because, type ExplainedAction, type Explanation, eventSummary } from './event-summary.ts';
import css from './explain.module.css';
import { Journey } from './journey.tsx';

/** So many are shown in full. */
const fewActions = 5;

/** Why an event was sent or not: one sentence, then each Action with its rules, its mapping and its deliveries. */
export function ExplainTab({ explanation }: { explanation: Explanation }): ReactNode {
  const maySee = useMay('payloads:view');
  const actions = [...explanation.actions].sort((a, b) => rank(a) - rank(b));
  const isFew = actions.length <= fewActions;
  const isNear = ({ matched, deliveries }: ExplainedAction) => isFew || matched || deliveries.length > 0;
  const near = actions.filter(isNear);
  const others = actions.filter((action) => !isNear(action));
  return (
    <>
      <section className={css['answer']} aria-label={terms.result}>
        {eventSummary(explanation, maySee).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </section>
      {actions.length === 0 ? (
        <Panel title={shell.pages.actions} text={words.noActions}>
          <div>
            <Button component={Link} to="/actions">
              {terms.newAction}
            </Button>
          </div>
        </Panel>
      ) : (
        <>
          {near.map((action) => (
            <OneAction key={action.actionId} action={action} maySee={maySee} />
          ))}
          {others.length === 0 ? null : <Others actions={others} maySee={maySee} />}
        </>
      )}
    </>
  );
}

/** The actions that did not match, a line each with the clause that decided. */
function Others({ actions, maySee }: { actions: readonly ExplainedAction[]; maySee: boolean }): ReactNode {
  const [text, write] = useState('');
  const sought = text.trim().toLowerCase();
  const lines = actions
    .map((action) => ({ action, why: sentenceOf(action, maySee) }))
    .filter(({ action, why }) => `${action.name} ${why}`.toLowerCase().includes(sought));
  return (
    <Panel title={terms.notMatching(actions.length)}>
      {actions.length < 5 ? null : (
        <TextInput
          aria-label={words.findAction}
          placeholder={words.findAction}
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
        />
      )}
      {lines.length === 0 ? <Text c="dimmed">{words.noAction}</Text> : null}
      <ul className={css['others']} aria-label={words.othersTable}>
        {lines.map(({ action, why }) => (
          <li key={action.actionId}>
            <Anchor component={Link} to="/actions/$actionId" params={{ actionId: action.actionId } as never}>
              {action.name}
            </Anchor>
            <Folded title={why === '' ? words.notMatched : why} label={words.showRules(action.name)}>
              <ConditionTree tree={action.explanation} decidedBy={action.decidedBy} maySee={maySee} />
            </Folded>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Details that are rendered when they are opened: there may be hundreds. */
function Folded({ title, label, children }: { title: string; label: string; children: ReactNode }): ReactNode {
  const [isOpen, open] = useState(false);
  return (
    <details className={css['more']} onToggle={(event) => open(event.currentTarget.open)}>
      <summary aria-label={`${label}: ${title}`}>{title}</summary>
      {isOpen ? children : null}
    </details>
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
  if (deliveries.length > 0) return tally(explanation).all === 0 ? terms.everyEvent : '';
  return status === 'disabled' ? words.wouldMatch : words.noDelivery;
}

/** What was sent comes first, then what matched, then what is enabled. */
function rank({ deliveries, matched, status }: ExplainedAction): number {
  return (deliveries.length > 0 ? 0 : 4) + (matched ? 0 : 2) + (status === 'enabled' ? 0 : 1);
}
