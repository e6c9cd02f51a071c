import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ImportStep } from '../../../contract/documents/transfer.ts';
import { settings } from '../../messages/en/settings.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Note } from '../../parts/note.tsx';
import { Diff } from '../../parts/payload/diff.tsx';
import css from './plan-list.module.css';

const words = settings.transfer;

const icons = { create: 'plus', update: 'retry', none: 'check', problem: 'cross' } as const;

/** What becomes of a document. */
const outcomeOf = ({ change, problems }: ImportStep) => (problems.length > 0 ? 'problem' : change);

/** What an import would change, document by document, with the differences. */
export function PlanList({ steps }: { steps: readonly ImportStep[] }): ReactNode {
  const count = (outcome: ImportStep['change']) => steps.filter((one) => outcomeOf(one) === outcome).length;
  return (
    <>
      <Text role="status">{words.summary(count('create'), count('update'), count('none'))}</Text>
      <ol className={css['plan']} aria-label={words.planTitle}>
        {steps.map((step) => (
          <li key={`${step.kind} ${step.name}`} className={css['item']}>
            <div className={css['head']}>
              <Text span fw={550}>
                {step.name}
              </Text>
              <Note span>{terms[step.kind]}</Note>
              <span className={css['change']} data-change={outcomeOf(step)}>
                <Icon name={icons[outcomeOf(step)]} size={13} />
                {words.changes[outcomeOf(step)]}
              </span>
            </div>
            <Notes step={step} />
            {step.diff.length === 0 ? null : (
              <details>
                <summary>{step.change === 'create' ? words.show : words.showChanges(step.diff.length)}</summary>
                {step.diff.map(({ pointer, before, after }) => (
                  <div key={pointer} className={css['field']}>
                    {pointer === '' ? null : <Code>{pointer}</Code>}
                    <Diff before={before} after={after} />
                  </div>
                ))}
              </details>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function Notes({ step: { problems, warnings } }: { step: ImportStep }): ReactNode {
  return (
    <>
      {problems.map(({ pointer, detail }) => (
        <Text key={pointer} size="sm" c="var(--console-bad)" role="alert">
          <Icon name="cross" size={13} /> {pointer === '' ? null : <Code>{pointer}</Code>} {detail}
        </Text>
      ))}
      {warnings.map((warning) => (
        <Text key={warning} size="sm" c="var(--console-work)">
          <Icon name="alert" size={13} /> {warning}
        </Text>
      ))}
    </>
  );
}
