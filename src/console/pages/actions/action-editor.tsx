import { Button, Skeleton, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Names } from '../../data/data.ts';
import { parts, terms, actions as words } from '../../messages/en.ts';
import { useTakenName } from '../../parts/document/taken-name.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { Icon } from '../../parts/parts.ts';
import { isComplete, partsOf } from '../../parts/rules/condition-parts.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { type Action, type ActionBody, actionKind } from './action.ts';
import {
  type ActionDraft,
  atFields,
  bodyOfDraft,
  draftOfAction,
  newDraft,
  problemsOf,
  type Step,
  type StepProps,
  stepOfField,
  steps,
} from './action-draft.ts';
import css from './action-editor.module.css';
import { BasicDetailsStep, RulesStep, SourcesStep } from './action-steps.tsx';

const w = words.editor;

// Loaded when it is reached: rules come first.
const DestinationsStep = lazyPart(() => import('./destinations-step.tsx'), 'DestinationsStep');
const CheckDialog = lazyPart(() => import('./check-dialog.tsx'), 'CheckDialog');

type Props = {
  /** The stored action; null: a new one. */
  stored: Action | null;
  /** The first draft of a new action. */
  begin?: () => ActionDraft;
  draftKey: string;
  names: Names;
  step: Step;
  onStep: (step: Step) => void;
  onSaved: (saved: Action) => void;
  onCancel: () => void;
};

/** The four steps of an action with their buttons. */
export function ActionEditor({ stored, begin, draftKey, names, step, onStep, onSaved, onCancel }: Props): ReactNode {
  const mayManage = useMay('actions:manage');
  const mayCheck = useMay('payloads:view');
  const [checked, setChecked] = useState<ActionBody | null>(null);
  const status = stored?.status ?? 'disabled';
  const { look, isTaken, isFree } = useTakenName('listActions', stored?.id);
  const takenBy = ({ name }: ActionDraft): Record<string, string> =>
    isTaken(name) ? { name: words.basics.taken } : {};
  const editor = useEditor<Action, ActionDraft, Action, Action['status']>({
    draftKey,
    stored,
    draftOf: (one) => (one === null ? (begin?.() ?? newDraft('custom')) : draftOfAction(one, names.of)),
    problemsOf: (draft, _isNew, how) => ({ ...problemsOf(draft, how), ...takenBy(draft) }),
    atFields,
    create: (draft, how) => actionKind.create(bodyOfDraft(draft, how)),
    replace: ({ id }, draft, over, how) => actionKind.replace(id, bodyOfDraft(draft, how), over),
    // Its rules as the draft writes them, so that only what differs is shown as different.
    async load(id) {
      const theirs = await client().call('getAction', { params: { id } });
      const body = bodyOfDraft(draftOfAction(theirs, names.of), theirs.status);
      return { ...theirs, rules: body.rules as Action['rules'] }; // made of a stored condition
    },
    shownOf: (draft) => bodyOfDraft(draft, status),
    blockedBy: mayManage ? null : parts.mayNotChange(rights['actions:manage']),
    how: status,
    opensIn: 'editing',
    onSaved,
    onCancel,
    onProblems(fields) {
      const at = steps.find((one) => fields.some((field) => stepOfField(field) === one));
      if (at !== undefined && at !== step) onStep(at);
    },
  });
  const { draft, change, save, check, tell, isSaving, isDisabled } = editor;
  useEffect(() => look(draft.name), [look, draft.name]);
  const errors = { ...takenBy(draft), ...editor.errors };
  const at = steps.indexOf(step);
  const [before, next] = [steps[at - 1], steps[at + 1]];

  // The step that Continue and Back lead to gets the focus.
  const panel = useRef<HTMLDivElement>(null);
  const wanted = useRef<Step | null>(null);
  useEffect(() => {
    if (wanted.current !== step) return;
    wanted.current = null;
    panel.current?.focus();
  }, [step]);

  function go(to: Step) {
    wanted.current = to;
    onStep(to);
  }

  // An action without a name or a destination can be checked.
  function checkEvents() {
    const body = bodyOfDraft(draft, status);
    if (check((field) => stepOfField(field) === 'destinations', 'disabled'))
      setChecked({ ...body, name: body.name || terms.action, description: body.description || terms.action });
  }

  const given: StepProps = { draft, change, errors, isDisabled };
  const storedId = stored?.id ?? null;
  return editor.frame(
    <>
      <div className={css['editor']}>
        <StepList step={step} onStep={onStep} troubled={new Set(Object.keys(errors).map(stepOfField))} draft={draft} />
        <Stack
          ref={panel}
          className={css['step'] ?? ''}
          data-step={step}
          tabIndex={-1}
          role="group"
          aria-label={w.stepOf(at + 1, w.steps[step][0])}
        >
          {step === 'basics' ? <BasicDetailsStep {...given} isFree={isFree(draft.name)} /> : null}
          {step === 'rules' ? <RulesStep {...given} /> : null}
          {step === 'sources' ? <SourcesStep /> : null}
          {step === 'destinations' ? (
            <Suspense fallback={<Skeleton height={260} aria-busy="true" />}>
              <DestinationsStep {...given} names={names} storedId={storedId} />
            </Suspense>
          ) : null}
        </Stack>
      </div>
      {checked === null ? null : (
        <Suspense>
          <CheckDialog
            body={checked}
            storedId={storedId}
            names={names}
            onClose={() => setChecked(null)}
            onRefused={(told) => {
              setChecked(null);
              tell(atFields(told, draft));
            }}
          />
        </Suspense>
      )}
    </>,
    {
      editing: (
        <>
          {before === undefined ? null : <Button onClick={() => go(before)}>{terms.back}</Button>}
          {next === undefined ? null : (
            <Button variant="filled" onClick={() => check((field) => stepOfField(field) === step) && go(next)}>
              {terms.continue}
            </Button>
          )}
          <Button
            variant={next === undefined && status === 'enabled' ? 'filled' : 'default'}
            loading={isSaving}
            onClick={() => save(status)}
          >
            {terms.save}
          </Button>
          {status !== 'enabled' ? (
            <Button
              variant={next === undefined ? 'filled' : 'default'}
              disabled={isSaving}
              onClick={() => save('enabled')}
            >
              {w.saveAndEnable}
            </Button>
          ) : null}
          {mayCheck && (next === undefined || step === 'rules') ? (
            <Button leftSection={<Icon name="flask" size={14} />} onClick={checkEvents}>
              {w.check}
            </Button>
          ) : null}
        </>
      ),
    },
  );
}

type StepListProps = {
  step: Step;
  onStep: (step: Step) => void;
  /** Steps with something that needs attention. */
  troubled: ReadonlySet<Step>;
  draft: ActionDraft;
};

/** The steps, which can be taken in any order: which is open, done, or needs attention. */
function StepList({ step, onStep, troubled, draft }: StepListProps): ReactNode {
  const isDone: Record<Step, boolean> = {
    basics: draft.name.trim() !== '' && draft.description.trim() !== '',
    rules: partsOf(draft.rules).length > 1 && isComplete(draft.rules),
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
