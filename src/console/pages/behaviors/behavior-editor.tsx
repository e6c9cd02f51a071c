import { ActionIcon, Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useApiQuery } from '../../data/data.ts';
import { behaviorFacts } from '../../data/schema-facts.ts';
import { terms, behaviors as words } from '../../messages/en.ts';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useTakenName } from '../../parts/document/taken-name.ts';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import { block, bodyBy, type DraftOf, draftBy, problemsBy, text } from '../../parts/form/form-fields.ts';
import { FieldGrid, Icon, Panel } from '../../parts/parts.ts';
import { isComplete, rulesOf } from '../../parts/rules/condition-parts.ts';
import { ConditionStudio } from '../../parts/rules/condition-studio.tsx';
import { conditionWords } from '../../parts/rules/condition-words.ts';
import { ParameterBox } from '../../parts/rules/parameter-box.tsx';
import { useRuleNames } from '../../parts/rules/rule-names.ts';
import { type Behavior, behaviorKind } from './behavior.ts';

const w = words.details;

export function NewBehaviorPage(): ReactNode {
  const { from } = useSearch({ from: '/shell/behaviors/new' });
  const copied = useApiQuery('getBehavior', { params: { id: from ?? '' } }, { enabled: from !== undefined });
  return (
    <NewDocumentPage kind={behaviorKind}>
      {copied.isLoading ? (
        <Skeleton height={260} aria-busy="true" />
      ) : (
        <BehaviorEditor stored={null} copied={copied.data} />
      )}
    </NewDocumentPage>
  );
}

const fields = { name: text('name'), category: text('category'), description: block('description') };

type BehaviorDraft = DraftOf<typeof fields> & Pick<Behavior, 'condition' | 'attributes'>;

/**
 * Basic Details, Expression and Attributes of a behavior; those that ship with the product are read only. `stored`: null
 * for a new one, which begins as a copy of `copied`.
 */
export function BehaviorEditor({
  stored,
  copied,
}: {
  stored: Behavior | null;
  copied?: Behavior | undefined;
}): ReactNode {
  const nameOf = useRuleNames();
  const categories = useApiQuery('listBehaviors', { query: { sort: 'name', limit: 200 } }).data?.data;
  const { look, isTaken } = useTakenName('listBehaviors', stored?.id);
  const takenBy = ({ name }: BehaviorDraft): Record<string, string> => (isTaken(name) ? { name: w.taken } : {});
  const editor = useDocumentEditor(behaviorKind, stored, {
    ...(copied === undefined ? {} : { draftKey: `behavior.new.${copied.id}` }),
    draftOf: (one) => draftOf(one ?? (copied && { ...copied, name: terms.copyOf(copied.name) })),
    problemsOf: (draft) => ({ ...problemsBy(fields, behaviorFacts, draft, w.fields), ...takenBy(draft) }),
    bodyOf,
    ...(stored?.standard === true ? { blockedBy: words.standardText } : {}),
  });
  const { draft, change, isDisabled } = editor;
  useEffect(() => look(draft.name), [look, draft.name]);
  const errors = { ...takenBy(draft), ...editor.errors };
  const field = controlsOf(fields, behaviorFacts, w.fields, { ...editor.form, errors });
  return editor.frame(
    <>
      <Panel title={terms.basics}>
        <FieldGrid least="15rem">
          {field('name')}
          {field('category', { list: 'categories' })}
        </FieldGrid>
        <datalist id="categories">
          {[...new Set(categories?.map(({ category }) => category))].sort().map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        {field('description')}
      </Panel>
      <ConditionStudio
        title={words.columns.expression}
        value={draft.condition}
        onChange={(condition) => change({ condition })}
        path="condition"
        errors={errors}
        isDisabled={isDisabled}
        {...(stored === null ? {} : { ownBehaviorId: stored.id })}
      />
      <Panel title={w.opposite} text={w.oppositeText}>
        <Text aria-live="polite">
          {isComplete(draft.condition) ? conditionWords(draft.condition, nameOf, { opposite: true }) : '…'}
        </Text>
      </Panel>
      <Attributes
        value={draft.attributes}
        onChange={(attributes) => change({ attributes })}
        errors={errors}
        isDisabled={isDisabled}
      />
      {stored !== null && stored.usedBy > 0 && !isDisabled ? (
        <Text c="dimmed">{w.changesAll(stored.usedBy)}</Text>
      ) : null}
    </>,
  );
}

function draftOf(stored?: Behavior): BehaviorDraft {
  return {
    ...draftBy(fields, behaviorFacts, stored ?? null),
    condition: rulesOf(stored?.condition ?? { all: [] }),
    attributes: stored?.attributes ?? [],
  };
}

function bodyOf(draft: BehaviorDraft) {
  return {
    ...(bodyBy(fields, behaviorFacts, draft) as Pick<Behavior, keyof typeof fields>), // the fields are the contract's
    condition: draft.condition,
    attributes: draft.attributes.map((one) => one.trim()).filter((one) => one !== ''),
  };
}

type AttributesProps = {
  value: string[];
  onChange: (value: string[]) => void;
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
};

/** The parameters worth sending with a behavior. */
function Attributes({ value, onChange, errors, isDisabled }: AttributesProps): ReactNode {
  const fields = value.map((name, index) => {
    const place = `attributes.${index}`;
    return (
      <Group key={place} component="li" align="start" gap="xs" wrap="nowrap">
        <Box flex={1} miw={0}>
          <ParameterBox
            label={w.attribute}
            value={name}
            onChange={(next) => onChange(value.with(index, next))}
            error={errors[place]}
            isDisabled={isDisabled}
          />
        </Box>
        {isDisabled ? null : (
          <ActionIcon aria-label={w.removeAttribute(name)} onClick={() => onChange(value.toSpliced(index, 1))}>
            <Icon name="trash" />
          </ActionIcon>
        )}
      </Group>
    );
  });
  return (
    <Panel title={w.attributes} text={w.attributesText}>
      {value.length === 0 ? (
        <Text c="dimmed">{w.noAttributes}</Text>
      ) : (
        <Stack component="ul" gap="xs" maw="34rem">
          {fields}
        </Stack>
      )}
      {isDisabled ? null : (
        <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => onChange([...value, ''])}>
          {w.addAttribute}
        </Button>
      )}
    </Panel>
  );
}
