import { Button } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import type { Action } from './action.ts';
import {
  type ActionBody,
  type ActionDraft,
  bodyOfDraft,
  draftOfAction,
  errorsByKey,
  findMissing,
  newDraft,
  type Step,
  stepOfField,
  steps,
} from './action-draft.ts';
import css from './action-editor.module.css';
import { BasicDetailsStep } from './basic-details-step.tsx';
import { DestinationsStep } from './destinations-step.tsx';
import { RulesStep } from './rules-step.tsx';
import { SourcesStep } from './sources-step.tsx';
import { StepList } from './step-list.tsx';
import { useNameCheck } from './use-name-check.ts';
import { connectionOf, type Places } from './use-places.ts';

const w = words.editor;

const CheckDialog = lazy(() => import('./check-dialog.tsx').then((made) => ({ default: made.CheckDialog })));

type Props = {
  /** The stored action; null: a new one. */
  stored: Action | null;
  /** What a new action begins with. */
  begin?: () => ActionDraft;
  draftKey: string;
  places: Places;
  step: Step;
  onStep: (step: Step) => void;
  onSaved: (saved: Action) => void;
  onCancel: () => void;
};

/** What a step of the editor works on. */
export type StepProps = {
  draft: ActionDraft;
  change: (next: Partial<ActionDraft>) => void;
  /** What is wrong, by the names of `errorsByKey`. */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
};

/** The four steps of an action with their buttons. */
export function ActionEditor({ stored, begin, draftKey, places, step, onStep, onSaved, onCancel }: Props): ReactNode {
  const mayManage = useMay('actions:manage');
  const mayCheck = useMay('payloads:view');
  const [checked, setChecked] = useState<ActionBody | null>(null);
  const [isTaken, setTaken] = useState(false);
  const status = stored?.status ?? 'disabled';
  const editor = useEditor<Action, ActionDraft, Action, Action['status']>({
    draftKey,
    stored,
    draftOf: (one) =>
      one === null ? (begin?.() ?? newDraft('custom')) : draftOfAction(one, (id) => connectionOf(places, id)),
    problemsOf: (draft) => ({
      ...findMissing(draft, missingWords),
      ...(isTaken ? { name: words.basics.taken } : {}),
    }),
    atFields: (told, draft) => errorsByKey(draft, told),
    create: (draft, how) => client().call('createAction', { body: bodyOfDraft(draft, how) }),
    replace: ({ id }, draft, over, how) =>
      client().call('replaceAction', { params: { id }, body: bodyOfDraft(draft, how), ...over }),
    load: (id) => client().call('getAction', { params: { id } }),
    shownOf: (draft) => bodyOfDraft(draft, status),
    blockedBy: mayManage ? null : parts.noRight(rights['actions:manage']),
    how: status,
    opensIn: 'editing',
    onSaved,
    onCancel,
    onProblems(fields) {
      const at = steps.find((one) => fields.some((field) => stepOfField(value, field) === one));
      if (at !== undefined && at !== step) onStep(at);
    },
  });
  const { draft: value, change, save, check, isSaving, isDisabled } = editor;
  const name = useNameCheck(value.name, stored?.id ?? null);
  if (isTaken !== (name === 'taken')) setTaken(name === 'taken');
  const errors = { ...(isTaken ? { name: words.basics.taken } : {}), ...editor.errors };
  const troubled = new Set(Object.keys(errors).map((field) => stepOfField(value, field)));
  const at = steps.indexOf(step);
  const isLast = step === steps.at(-1);

  // The step that Continue and Back lead to gets the focus.
  const panel = useRef<HTMLDivElement>(null);
  const wanted = useRef<Step | null>(null);
  useEffect(() => {
    if (wanted.current !== step) return;
    wanted.current = null;
    panel.current?.focus();
  }, [step]);

  function go(next: Step | undefined) {
    if (next === undefined) return;
    wanted.current = next;
    onStep(next);
  }

  // An action without a name can be checked.
  function checkEvents() {
    const body = bodyOfDraft(value, status);
    if (check((field) => stepOfField(value, field) === 'destinations'))
      setChecked({ ...body, name: body.name || terms.action, description: body.description || terms.action });
  }

  const given: StepProps = { draft: value, change, errors, isDisabled };
  return editor.frame(
    <>
      <div className={css['editor']}>
        <StepList step={step} onStep={onStep} troubled={troubled} draft={value} />
        <div
          ref={panel}
          className={css['step']}
          data-step={step}
          tabIndex={-1}
          role="group"
          aria-label={w.stepOf(at + 1, w.steps[step][0])}
        >
          {step === 'basics' ? <BasicDetailsStep {...given} nameState={name} /> : null}
          {step === 'rules' ? <RulesStep {...given} /> : null}
          {step === 'sources' ? <SourcesStep /> : null}
          {step === 'destinations' ? (
            <DestinationsStep {...given} places={places} storedId={stored?.id ?? null} />
          ) : null}
          {mayCheck && (isLast || step === 'rules') ? (
            <div>
              <Button variant="default" leftSection={<Icon name="flask" size={14} />} onClick={checkEvents}>
                {w.check}
              </Button>
            </div>
          ) : null}
        </div>
      </div>
      {checked === null ? null : (
        <Suspense>
          <CheckDialog body={checked} storedId={stored?.id ?? null} places={places} onClose={() => setChecked(null)} />
        </Suspense>
      )}
    </>,
    {
      editing: (
        <>
          {at === 0 ? null : (
            <Button variant="default" onClick={() => go(steps[at - 1])}>
              {terms.back}
            </Button>
          )}
          {isLast ? null : (
            <Button
              onClick={() => {
                if (check((field) => stepOfField(value, field) === step)) go(steps[at + 1]);
              }}
            >
              {terms.continue}
            </Button>
          )}
          <Button
            variant={isLast && status === 'enabled' ? 'filled' : 'default'}
            loading={isSaving}
            onClick={() => save(status)}
          >
            {terms.save}
          </Button>
          {isLast && status !== 'enabled' ? (
            <Button disabled={isSaving} onClick={() => save('enabled')}>
              {w.saveAndEnable}
            </Button>
          ) : null}
        </>
      ),
    },
  );
}

const missingWords = {
  needed: terms.enterValue,
  field: words.mapping.fieldNeeded,
  parameter: words.mapping.parameterNeeded,
  expression: words.mapping.expressionNeeded,
  duplicate: words.mapping.duplicate,
  misfits: words.mapping.misfits,
};
