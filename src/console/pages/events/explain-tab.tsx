import { Box, Group, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { partsOf } from '../../../contract/records/explained-parts.ts';
import type { ExplainedCondition } from '../../../contract/records/explanation.ts';
import { shell, terms, event as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import {
  Answer,
  Branch,
  ButtonLink,
  Icon,
  More,
  Note,
  Panel,
  PlainLink,
  StatusBadge,
  Toned,
  toneColor,
} from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { clauseWords, foundWords, tally } from './decision.ts';
import { because, type ExplainedAction, type Explanation, eventSummary } from './event-summary.ts';
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
      <Answer label={terms.result} tone="work">
        {eventSummary(explanation, maySee).map((sentence) => (
          <Text key={sentence} size="lg">
            {sentence}
          </Text>
        ))}
      </Answer>
      {actions.length === 0 ? (
        <Panel title={shell.pages.actions} text={words.noActions}>
          <ButtonLink variant="filled" to="/actions">
            {terms.newAction}
          </ButtonLink>
        </Panel>
      ) : (
        <>
          {near.map((action) => (
            <OneAction key={action.actionId} action={action} maySee={maySee} />
          ))}
          {others.length === 0 ? null : <Others actions={others} maySee={maySee} />}
          {explanation.leftOut === 0 ? null : <Note>{words.leftOut(explanation.leftOut)}</Note>}
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
          {...bind(text, write)}
        />
      )}
      {lines.length === 0 ? <Text c="dimmed">{words.noAction}</Text> : null}
      <Stack role="list" aria-label={words.othersTable} gap="xs" mah="32rem" style={{ overflowY: 'auto' }}>
        {lines.map(({ action, why }) => (
          <Group role="listitem" key={action.actionId} align="start" gap="0.2rem 1rem">
            <Box flex="1 1 8rem">
              <PlainLink to="/actions/$actionId" params={{ actionId: action.actionId }}>
                {action.name}
              </PlainLink>
            </Box>
            <Box flex="3 1 16rem" miw={0}>
              <More
                summary={why === '' ? words.notMatched : why}
                label={`${words.showRules(action.name)}: ${why === '' ? words.notMatched : why}`}
              >
                {action.isShortened ? <Note>{words.isShortened}</Note> : null}
                <ConditionTree tree={action.explanation} decidedBy={action.decidedBy} maySee={maySee} />
              </More>
            </Box>
          </Group>
        ))}
      </Stack>
    </Panel>
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
      <Group gap="0.4rem 1rem">
        <Toned tone={matched ? 'good' : 'calm'} icon={matched ? 'check' : 'cross'}>
          {matched ? words.matched : words.notMatched}
        </Toned>
        <StatusBadge status={status} />
        <PlainLink to="/actions/$actionId" params={{ actionId }}>
          {words.openAction}
        </PlainLink>
      </Group>
      {sentence === '' ? null : <Text>{sentence}</Text>}
      {action.isShortened ? <Note>{words.isShortened}</Note> : null}
      {all === 0 ? null : (
        <More isOpenAtFirst={!matched} summary={words.rules(passed, all, matched)}>
          <ConditionTree tree={explanation} decidedBy={decidedBy} maySee={maySee} />
        </More>
      )}
      {matched || sent.length > 0 ? <Journey action={action} deliveries={sent} maySee={maySee} /> : null}
    </Panel>
  );
}

function sentenceOf(action: ExplainedAction, maySee: boolean): string {
  const { matched, status, deliveries, explanation, error } = action;
  if (error !== null) return words.ruleError(error);
  if (!matched && deliveries.length > 0) return words.rulesChanged;
  if (!matched) return [...because(action, maySee), ...(status === 'disabled' ? [words.disabled] : [])].join(' ');
  if (deliveries.length > 0) return tally(explanation).all === 0 ? terms.everyEvent : '';
  return status === 'disabled' ? words.wouldMatch : words.noDelivery;
}

/** What was sent comes first, then what matched, then what is enabled. */
function rank({ deliveries, matched, status }: ExplainedAction): number {
  return (deliveries.length > 0 ? 0 : 4) + (matched ? 0 : 2) + (status === 'enabled' ? 0 : 1);
}

type Props = { tree: ExplainedCondition; decidedBy: string | null; maySee: boolean };

/** Every part of the rules with a tick or a cross, and what the event has in each place. */
function ConditionTree(props: Props): ReactNode {
  return (
    <Stack role="list">
      <Node {...props} />
    </Stack>
  );
}

function Node({ tree, decidedBy, maySee }: Props): ReactNode {
  const inner = partsOf(tree);
  const isDecisive = (tree.kind === 'comparison' || 'conditions' in tree) && tree.pointer === decidedBy;
  return (
    <div role="listitem">
      <Group
        gap="xs"
        wrap="nowrap"
        align="baseline"
        px={6}
        py={2}
        bdrs={4}
        bg={isDecisive ? 'var(--console-warn-ground)' : 'transparent'}
        style={{ overflowWrap: 'anywhere' }}
      >
        <Text span inherit c={toneColor(tree.result ? 'good' : 'bad')}>
          <Icon name={tree.result ? 'check' : 'cross'} size={13} />
          <VisuallyHidden>{tree.result ? terms.met : terms.notMet}</VisuallyHidden>
        </Text>
        <Group gap="0.1rem 0.5rem" miw={0}>
          <span>{labelOf(tree)}</span>
          {tree.kind === 'comparison' ? (
            <Text span inherit {...(isDecisive ? { fw: 600 } : { c: 'dimmed' })}>
              {foundWords(tree, maySee)}
            </Text>
          ) : null}
          {isDecisive ? (
            <Text span size="xs" px={7} c={toneColor('warn')} style={{ border: '1px solid', borderRadius: '1rem' }}>
              {terms.reason}
            </Text>
          ) : null}
        </Group>
      </Group>
      {inner.length === 0 ? null : (
        <Branch role="list">
          {inner.map((one) => (
            <Node key={one.pointer + one.kind} tree={one} decidedBy={decidedBy} maySee={maySee} />
          ))}
        </Branch>
      )}
    </div>
  );
}

function labelOf(tree: ExplainedCondition): string {
  if (tree.kind === 'comparison') return clauseWords(tree);
  return tree.kind === 'behavior' ? words.behavior(tree.name) : words.groups[tree.kind];
}
