import { Autocomplete, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { parts } from '../../messages/en/parts.ts';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { Panel } from '../../parts/panel.tsx';
import { conditionOf, isComplete } from '../../parts/rules/condition-draft.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { type Behavior, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { Attributes } from './attributes.tsx';
import { type BehaviorDraft, bodyOfDraft, draftOfBehavior, emptyDraft, errorsByKey } from './behavior-draft.ts';
import css from './behavior-editor.module.css';

const w = words.details;

type Props = {
  /** The stored behavior; null: a new one. */
  stored: Behavior | null;
  /** What a new behavior begins with. */
  start?: BehaviorDraft;
  draftKey: string;
  onSaved: (saved: Behavior) => void;
  onCancel: () => void;
};

/** Basic Details, Expression and Attributes of a behavior; those that ship with the product are read only. */
export function BehaviorEditor({ stored, start, draftKey, onSaved, onCancel }: Props): ReactNode {
  const { behaviors, nameOf } = useBehaviors();
  const mayManage = useMay('behaviors:manage');
  const isTaken = (name: string) => behaviors.some((one) => one.id !== stored?.id && fold(one.name) === fold(name));
  const editor = useEditor<Behavior, BehaviorDraft, Behavior, 'save'>({
    draftKey,
    stored,
    draftOf: (one) => (one === null ? (start ?? emptyDraft()) : draftOfBehavior(one)),
    problemsOf: ({ name }): Record<string, string> =>
      name.trim() === '' ? { name: w.required } : isTaken(name) ? { name: w.taken } : {},
    atFields: (told, draft) => errorsByKey(draft, told),
    create: (draft) => client().call('createBehavior', { body: bodyOfDraft(draft) }),
    replace: ({ id }, draft, over) =>
      client().call('replaceBehavior', { params: { id }, body: bodyOfDraft(draft), ...over }),
    load: (id) => client().call('getBehavior', { params: { id } }),
    shownOf: bodyOfDraft,
    blockedBy:
      stored?.standard === true ? words.standardText : mayManage ? null : parts.noRight(rights['behaviors:manage']),
    how: 'save',
    onSaved,
    onCancel,
  });
  const { draft: value, change, isDisabled: isFixed } = editor;
  const errors: Record<string, string> = { ...(isTaken(value.name) ? { name: w.taken } : {}), ...editor.errors };
  const categories = useMemo(() => [...new Set(behaviors.map(({ category }) => category))].sort(), [behaviors]);
  const expression = isComplete(value.condition) ? conditionOf(value.condition) : null;
  return editor.frame(
    <>
      <Panel title={w.basics}>
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
    </>,
  );
}

/** Names are the same when they differ in case or in Unicode composition only. */
const fold = (name: string) => name.trim().normalize('NFC').toLowerCase();
