import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { Icon } from '../../parts/icon.tsx';
import { partsOf } from '../../parts/rules/condition-parts.ts';
import { type ActionDraft, type Step, steps } from './action-draft.ts';
import css from './action-editor.module.css';

const w = words.editor;

type Props = {
  step: Step;
  onStep: (step: Step) => void;
  /** Steps with something that needs attention. */
  troubled: ReadonlySet<Step>;
  draft: ActionDraft;
};

/** The steps, which can be taken in any order: which is open, done, or needs attention. */
export function StepList({ step, onStep, troubled, draft }: Props): ReactNode {
  const isDone: Record<Step, boolean> = {
    basics: draft.name.trim() !== '' && draft.description.trim() !== '',
    rules: partsOf(draft.rules).length > 1,
    sources: false,
    destinations: draft.destinations.some((row) => row.destinationId !== ''),
  };
  return (
    <nav aria-label={w.stepList}>
      <ol className={css['steps']}>
        {steps.map((one, index) => {
          const [title, text] = w.steps[one];
          const mark = troubled.has(one) ? 'alert' : isDone[one] && one !== step ? 'check' : null;
          return (
            <li key={one}>
              <UnstyledButton
                className={css['stepButton']}
                aria-current={one === step ? 'step' : undefined}
                data-mark={mark}
                onClick={() => onStep(one)}
              >
                <span className={css['number']} aria-hidden="true">
                  {mark === null ? index + 1 : <Icon name={mark} size={14} />}
                </span>
                <div>
                  <Text fw={600}>{title}</Text>
                  <Text size="sm" c="dimmed" className={css['stepText'] ?? ''}>
                    {text}
                  </Text>
                  {mark === null ? null : (
                    <VisuallyHidden>{mark === 'alert' ? w.stepProblem : w.stepDone}</VisuallyHidden>
                  )}
                </div>
              </UnstyledButton>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
