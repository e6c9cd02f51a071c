import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ExplainedCondition } from '../../../contract/records/explanation.ts';
import { event as words } from '../../messages/en/events.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { clauseWords, foundWords } from './decision.ts';
import css from './explain.module.css';

type Props = { tree: ExplainedCondition; decidedBy: string | null; maySee: boolean };

/** Every part of the rules with a tick or a cross, and what the event has in each place. */
export function ConditionTree(props: Props): ReactNode {
  return (
    <ul className={css['tree']}>
      <Node {...props} />
    </ul>
  );
}

function Node({ tree, decidedBy, maySee }: Props): ReactNode {
  const inner = tree.kind === 'comparison' ? [] : 'conditions' in tree ? tree.conditions : [tree.condition];
  const isDecisive = (tree.kind === 'comparison' || 'conditions' in tree) && tree.pointer === decidedBy;
  return (
    <li>
      <div className={css['node']} data-result={tree.result} data-decisive={isDecisive}>
        <span className={css['mark']}>
          <Icon name={tree.result ? 'check' : 'cross'} size={13} />
          <VisuallyHidden>{tree.result ? words.passes : words.fails}</VisuallyHidden>
        </span>
        <span className={css['label']}>{labelOf(tree)}</span>
        {tree.kind === 'comparison' ? <span className={css['found']}>{foundWords(tree, maySee)}</span> : null}
        {isDecisive ? <span className={css['decided']}>{terms.reason}</span> : null}
      </div>
      {inner.length === 0 ? null : (
        <ul className={css['tree']}>
          {inner.map((one) => (
            <Node key={one.pointer + one.kind} tree={one} decidedBy={decidedBy} maySee={maySee} />
          ))}
        </ul>
      )}
    </li>
  );
}

function labelOf(tree: ExplainedCondition): string {
  if (tree.kind === 'comparison') return clauseWords(tree);
  return tree.kind === 'behavior' ? words.behavior(tree.name) : words.groups[tree.kind];
}
