import { Autocomplete, Button, Text, Textarea, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConflictDialog } from '../../parts/conflict-dialog.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { conditionOf, isComplete } from '../../parts/rules/condition-draft.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { type Behavior, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { SaveBar } from '../../parts/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/unsaved-guard.tsx';
import { useDraft } from '../../parts/use-draft.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { Attributes } from './attributes.tsx';
import { type BehaviorDraft, bodyOfDraft, draftOfBehavior, errorsByKey } from './behavior-draft.ts';
import css from './behavior-editor.module.css';

const w = words.details;

type Props = {
  /** What is stored; null: a new behavior. */
  stored: Behavior | null;
  initial: BehaviorDraft;
  /** The name under which this browser keeps what is not saved yet. */
  keptAs: string;
  onSaved: (saved: Behavior) => void;
  onCancel: () => void;
};

/** Basic Details, Expression and Attributes of a behavior; those that ship with the product are read only. */
export function BehaviorEditor({ stored, initial, keptAs, onSaved, onCancel }: Props): ReactNode {
  const draft = useDraft(keptAs, initial);
  const { value } = draft;
  const { behaviors, nameOf } = useBehaviors();
  const [theirs, setTheirs] = useState<Behavior | null>(null);
  const [attention, callAttention] = useState(0);
  const [isNameMissing, setNameMissing] = useState(false);
  const create = useApi('createBehavior');
  const replace = useApi('replaceBehavior');
  const saving = stored === null ? create : replace;
  const mayManage = useMay('behaviors:manage');
  const isFixed = !mayManage || stored?.standard === true;
  const isDirty = JSON.stringify(bodyOfDraft(value)) !== JSON.stringify(bodyOfDraft(initial));
  const guard = useUnsavedGuard(isDirty);
  const isTaken = behaviors.some(({ id, name }) => id !== stored?.id && fold(name) === fold(value.name));
  const told = fieldErrors(saving.error);
  const errors: Record<string, string> = {
    ...errorsByKey(value, told),
    ...(isNameMissing ? { name: w.required } : isTaken ? { name: w.taken } : {}),
  };
  const categories = useMemo(() => [...new Set(behaviors.map(({ category }) => category))].sort(), [behaviors]);
  const form = useRef<HTMLDivElement>(null);

  // The first field that needs attention is where one goes on.
  useEffect(() => {
    if (attention > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [attention]);

  function change(next: Partial<BehaviorDraft>) {
    draft.set((present) => ({ ...present, ...next }));
    setNameMissing(false);
    if (saving.isError) saving.reset();
  }

  function save(ifMatch = value.version) {
    setNameMissing(value.name.trim() === '');
    if (value.name.trim() === '' || isTaken) return callAttention((count) => count + 1);
    const body = bodyOfDraft(value);
    const onSuccess = (saved: Behavior) => {
      setTheirs(null);
      guard.release();
      draft.forget();
      onSaved(saved);
    };
    const onError = async (error: typeof saving.error) => {
      callAttention((count) => count + 1);
      if (error?.code === 'version_mismatch' && stored !== null)
        setTheirs(await client().call('getBehavior', { params: { id: stored.id } }));
    };
    if (stored === null) create.mutate({ body }, { onSuccess, onError });
    else {
      const condition = ifMatch === null ? {} : { ifMatch };
      replace.mutate({ params: { id: stored.id }, body, ...condition }, { onSuccess, onError });
    }
  }
  useHotkeys([['mod+S', () => (isFixed ? undefined : save())]], []);

  const expression = isComplete(value.condition) ? conditionOf(value.condition) : null;
  return (
    <div ref={form} className={css['editor']}>
      {draft.notice}
      <Panel title={w.basics} {...(stored?.standard === true ? { text: words.standardText } : {})}>
        <div className={css['basics']}>
          <TextInput
            label={w.name}
            value={value.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={errors['name']}
            disabled={isFixed}
            required
            maxLength={255}
          />
          <Autocomplete
            label={w.category}
            description={w.categoryHint}
            value={value.category}
            onChange={(category) => change({ category })}
            data={categories}
            error={errors['category']}
            disabled={isFixed}
          />
        </div>
        <Textarea
          label={w.description}
          value={value.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
          error={errors['description']}
          disabled={isFixed}
          autosize
          minRows={2}
          maxLength={1000}
        />
      </Panel>
      <ConditionStudio
        title={w.expression}
        value={value.condition}
        onChange={(condition) => change({ condition })}
        errors={errors}
        isDisabled={isFixed}
        {...(stored === null ? {} : { ownBehaviorId: stored.id })}
      />
      <Panel title={w.opposite} text={w.oppositeText}>
        <Text aria-live="polite">
          {expression === null ? '…' : conditionWords(expression, nameOf, { opposite: true })}
        </Text>
      </Panel>
      <Attributes
        value={value.attributes}
        onChange={(attributes) => change({ attributes })}
        errors={errors}
        isDisabled={isFixed}
      />
      {stored !== null && stored.usedBy > 0 && !isFixed ? <Text c="dimmed">{w.changesAll(stored.usedBy)}</Text> : null}
      {saving.error !== null && saving.error.code !== 'version_mismatch' && Object.keys(told).length === 0 ? (
        <Problem error={saving.error} />
      ) : null}
      {isFixed ? null : (
        <SaveBar isDirty={isDirty}>
          <Button loading={saving.isPending} onClick={() => save()}>
            {w.save}
          </Button>
          <Button variant="subtle" color="gray" onClick={onCancel}>
            {parts.cancel}
          </Button>
        </SaveBar>
      )}
      {guard.dialog}
      <ConflictDialog
        yours={{ ...(stored ?? {}), ...bodyOfDraft(value) }}
        theirs={theirs}
        isBusy={saving.isPending}
        onMine={(version) => save(version)}
        onTheirs={() => {
          if (theirs !== null) draft.set(draftOfBehavior(theirs));
          setTheirs(null);
          replace.reset();
        }}
        onClose={() => setTheirs(null)}
      />
    </div>
  );
}

/** Names are the same when they differ in case or in Unicode composition only. */
const fold = (name: string) => name.trim().normalize('NFC').toLowerCase();
