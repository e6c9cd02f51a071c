import { Autocomplete, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { foldName } from '../../../contract/fold-name.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { terms } from '../../messages/en/terms.ts';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { Panel } from '../../parts/panel.tsx';
import { isComplete } from '../../parts/rules/condition-parts.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { type Behavior, useBehaviors } from '../../parts/rules/use-behaviors.ts';
import { Attributes } from './attributes.tsx';
import { behaviorKind } from './behavior.ts';
import { bodyOfDraft, draftOfBehavior, newDraft } from './behavior-draft.ts';
import css from './behavior-editor.module.css';

const w = words.details;

type Props = {
  /** null: a new one. */
  stored: Behavior | null;
  /** The behavior that a new one begins as a copy of. */
  copied?: Behavior | undefined;
};

/** Basic Details, Expression and Attributes of a behavior; those that ship with the product are read only. */
export function BehaviorEditor({ stored, copied }: Props): ReactNode {
  const { behaviors, nameOf } = useBehaviors();
  const isTaken = (name: string) =>
    behaviors.some((one) => one.id !== stored?.id && foldName(one.name) === foldName(name));
  const editor = useDocumentEditor(behaviorKind, stored, {
    ...(copied === undefined ? {} : { draftKey: `behavior.new.${copied.id}` }),
    draftOf: (one) => (one === null ? newDraft(copied) : draftOfBehavior(one)),
    problemsOf: ({ name }): Record<string, string> =>
      name.trim() === '' ? { name: terms.enterName } : isTaken(name) ? { name: w.taken } : {},
    bodyOf: bodyOfDraft,
    ...(stored?.standard === true ? { blockedBy: words.standardText } : {}),
  });
  const { draft: value, change, isDisabled: isFixed } = editor;
  const errors: Record<string, string> = { ...(isTaken(value.name) ? { name: w.taken } : {}), ...editor.errors };
  const categories = useMemo(() => [...new Set(behaviors.map(({ category }) => category))].sort(), [behaviors]);
  return editor.frame(
    <>
      <Panel title={terms.basics}>
        <div className={css['basics']}>
          <TextInput
            label={words.columns.name}
            value={value.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={errors['name']}
            disabled={isFixed}
            required
            maxLength={255}
          />
          <Autocomplete
            label={terms.category}
            description={w.categoryHint}
            value={value.category}
            onChange={(category) => change({ category })}
            data={categories}
            error={errors['category']}
            disabled={isFixed}
          />
        </div>
        <Textarea
          label={terms.description}
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
        title={words.columns.expression}
        value={value.condition}
        onChange={(condition) => change({ condition })}
        path="condition"
        errors={errors}
        isDisabled={isFixed}
        {...(stored === null ? {} : { ownBehaviorId: stored.id })}
      />
      <Panel title={w.opposite} text={w.oppositeText}>
        <Text aria-live="polite">
          {isComplete(value.condition) ? conditionWords(value.condition, nameOf, { opposite: true }) : '…'}
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
