import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
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
  type Step,
  stepOfPath,
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
  /** What is stored; null: a new action. */
  stored: Action | null;
  /** What the editor begins with, and under which name this browser keeps what becomes of it. */
  initial: ActionDraft;
  keptAs: string;
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

/** The four steps of an action with their buttons, and what happens when somebody else was quicker. */
export function ActionEditor({ stored, initial, keptAs, places, step, onStep, onSaved, onCancel }: Props): ReactNode {
  const draft = useDraft(keptAs, initial);
  const { value } = draft;
  const [missing, setMissing] = useState<ReadonlyMap<string, { step: Step; text: string }>>(new Map());
  const goesTo = useRef<'problem' | 'step' | null>(null);
  const [theirs, setTheirs] = useState<Action | null>(null);
  const create = useApi('createAction');
  const replace = useApi('replaceAction');
  const mayManage = useMay('actions:manage');
  const mayCheck = useMay('payloads:view');
  const [checked, setChecked] = useState<ActionBody | null>(null);
  const name = useNameCheck(value.name, stored?.id ?? null);
  const status = stored?.status ?? 'disabled';
  const [wanted, setWanted] = useState(status);
  const isDirty = JSON.stringify(bodyOfDraft(value, status)) !== JSON.stringify(bodyOfDraft(initial, status));
  const guard = useUnsavedGuard(isDirty);
  const saving = stored === null ? create : replace;
  const told = fieldErrors(saving.error);
  const isAtFields = Object.keys(told).length > 0;
  const isConflict = saving.error?.code === 'version_mismatch';
  const errors: Record<string, string> = {
    ...errorsByKey(value, told),
    ...Object.fromEntries([...missing].map(([key, { text }]) => [key, text])),
    ...(name === 'taken' ? { name: words.basics.taken } : {}),
  };
  const troubled = new Set<Step>([
    ...[...missing.values()].map((one) => one.step),
    ...Object.keys(told).map(stepOfPath),
    ...(name === 'taken' ? ['basics' as const] : []),
  ]);
  const wantedStep = useRef(step);
  const form = useRef<HTMLDivElement>(null);

  // Where one goes on: at the first field that needs attention, or at the next step. It is there after a render or two.
  useEffect(() => {
    const places = { problem: '[aria-invalid="true"]', step: `[data-step="${wantedStep.current}"]` };
    const place = goesTo.current === null ? null : form.current?.querySelector<HTMLElement>(places[goesTo.current]);
    if (place == null) return;
    goesTo.current = null;
    place.focus();
  });

  function change(next: Partial<ActionDraft>) {
    draft.set((present) => ({ ...present, ...next }));
    if (missing.size > 0) setMissing(new Map());
    if (saving.isError) saving.reset();
  }

  /** Shows what is wrong, at the step where it is; false when there is nothing. */
  function isStopped(only?: Step): boolean {
    const found = new Map(
      [...findMissing(value, missingWords)].filter(([, one]) => only === undefined || one.step === only),
    );
    setMissing(found);
    const at = [...found.values()][0]?.step ?? (name === 'taken' && (only ?? 'basics') === 'basics' ? 'basics' : null);
    if (at === null) return false;
    if (at !== step) onStep(at);
    goesTo.current = 'problem';
    return true;
  }

  function goOn() {
    const next = steps[steps.indexOf(step) + 1];
    if (next === undefined || isStopped(step)) return;
    goesTo.current = 'step';
    wantedStep.current = next;
    onStep(next);
  }

  function save(nextStatus: Action['status'], ifMatch = value.version) {
    setWanted(nextStatus);
    if (isStopped()) return;
    const body = bodyOfDraft(value, nextStatus);
    const onSuccess = (saved: Action) => {
      setTheirs(null);
      guard.release();
      draft.forget();
      onSaved(saved);
    };
    const onError = async (error: typeof saving.error) => {
      const [path] = Object.keys(fieldErrors(error));
      if (path !== undefined) {
        goesTo.current = 'problem';
        onStep(stepOfPath(path));
      }
      if (error?.code === 'version_mismatch' && stored !== null)
        setTheirs(await client().call('getAction', { params: { id: stored.id } }));
    };
    if (stored === null) create.mutate({ body }, { onSuccess, onError });
    else {
      const condition = ifMatch === null ? {} : { ifMatch };
      replace.mutate({ params: { id: stored.id }, body, ...condition }, { onSuccess, onError });
    }
  }
  useHotkeys([['mod+S', () => save(status)]], []);

  // What has no name yet can be checked all the same.
  function check() {
    const body = bodyOfDraft(value, status);
    if (!isStopped('destinations'))
      setChecked({ ...body, name: body.name || words.one, description: body.description || words.one });
  }

  const given: StepProps = { draft: value, change, errors, isDisabled: !mayManage };
  const isLast = step === steps.at(-1);
  return (
    <div ref={form}>
      {draft.notice}
      <div className={css['editor']}>
        <StepList step={step} onStep={onStep} troubled={troubled} draft={value} />
        <div
          className={css['step']}
          data-step={step}
          tabIndex={-1}
          role="group"
          aria-label={w.stepOf(steps.indexOf(step) + 1, w.steps[step][0])}
        >
          {step === 'basics' ? <BasicDetailsStep {...given} nameState={name} /> : null}
          {step === 'rules' ? <RulesStep {...given} /> : null}
          {step === 'sources' ? <SourcesStep /> : null}
          {step === 'destinations' ? (
            <DestinationsStep {...given} places={places} storedId={stored?.id ?? null} />
          ) : null}
          {saving.error !== null && !isAtFields && !isConflict ? <Problem error={saving.error} /> : null}
        </div>
      </div>
      <SaveBar isDirty={isDirty}>
        {isLast ? null : (
          <Button onClick={goOn} variant={isLast ? 'default' : 'filled'}>
            {w.continue}
          </Button>
        )}
        {mayManage ? (
          <>
            <Button
              variant="default"
              loading={saving.isPending && wanted === status}
              disabled={saving.isPending}
              onClick={() => save(status)}
            >
              {w.save}
            </Button>
            {status === 'enabled' ? null : (
              <Button
                variant={isLast ? 'filled' : 'default'}
                loading={saving.isPending && wanted !== status}
                disabled={saving.isPending}
                onClick={() => save('enabled')}
              >
                {w.saveAndEnable}
              </Button>
            )}
          </>
        ) : null}
        {mayCheck ? (
          <Button variant="default" leftSection={<Icon name="flask" size={14} />} onClick={check}>
            {w.check}
          </Button>
        ) : null}
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
      {checked === null ? null : (
        <Suspense>
          <CheckDialog body={checked} storedId={stored?.id ?? null} places={places} onClose={() => setChecked(null)} />
        </Suspense>
      )}
      <ConflictDialog
        yours={{ ...(stored ?? {}), ...bodyOfDraft(value, wanted) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save(wanted, version)}
        onTheirs={() => {
          if (theirs !== null) draft.set(draftOfAction(theirs, (id) => connectionOf(places, id)));
          setTheirs(null);
          replace.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}

const missingWords = {
  needed: w.required,
  field: words.mapping.fieldNeeded,
  parameter: words.mapping.parameterNeeded,
  expression: words.mapping.expressionNeeded,
  duplicate: words.mapping.duplicate,
  misfits: words.mapping.misfits,
};
