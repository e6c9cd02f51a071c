import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useId, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { inbox } from '../../messages/en/inbox.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import css from './inbox-page.module.css';
import { bodyOf, draftOf, type InboxRule, presets, problemsOf, type RuleDraft } from './rule-draft.ts';

const words = inbox.rules;

type Props = {
  /** Whose answer is said; empty: one that is still to be named. */
  name: string;
  rules: readonly InboxRule[];
  onClose: () => void;
};

/** Says how an inbox answers: like a system that one knows, or number by number. */
export function RuleForm({ name, rules, onClose }: Props): ReactNode {
  const [draft, write] = useState(() =>
    draftOf(
      name === '' ? inbox.defaultName : name,
      rules.find((rule) => rule.inbox === name),
    ),
  );
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const set = useApi('setInboxRule');
  const id = useId();
  const told = fieldErrors(set.error);
  const errors = { ...told, ...wrong };
  const change = (next: Partial<RuleDraft>) => {
    write((present) => ({ ...present, ...next }));
    setWrong({});
  };
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const found = problemsOf(draft);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    const inboxName = draft.inbox.trim();
    set.mutate(
      { params: { name: inboxName }, body: bodyOf(draft) },
      {
        onSuccess() {
          notifyDone(words.saved(inboxName));
          onClose();
        },
      },
    );
  }
  const field = (key: 'inbox' | 'status' | 'delayMs' | 'failFirst', label: string, description?: string) => (
    <TextInput
      label={label}
      description={description}
      value={draft[key]}
      onChange={(event) => change({ [key]: event.currentTarget.value })}
      error={errors[key]}
      spellCheck={false}
      {...(key === 'inbox' ? {} : { inputMode: 'numeric' as const })}
    />
  );
  return (
    <Modal opened onClose={onClose} size="lg" title={words.dialog} closeButtonProps={{ 'aria-label': terms.close }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {field('inbox', shell.pages.inbox)}
          <div role="group" aria-labelledby={id}>
            <Text id={id} fw={600} mb={6}>
              {words.presets}
            </Text>
            <Group gap="xs">
              {options(words.presetNames).map(({ value, label }) => (
                <Button key={value} variant="default" size="xs" onClick={() => change(presets[value])}>
                  {label}
                </Button>
              ))}
            </Group>
          </div>
          <div className={css['numbers']}>
            {field('status', terms.status, words.statusHint)}
            {field('delayMs', words.delay, words.delayHint)}
            {field('failFirst', words.failFirst, words.failFirstHint)}
          </div>
          <Textarea
            label={words.body}
            value={draft.body}
            onChange={(event) => change({ body: event.currentTarget.value })}
            error={errors['body']}
            autosize
            minRows={3}
            maxRows={10}
            spellCheck={false}
          />
          {set.error !== null && Object.keys(told).length === 0 ? <Problem error={set.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {parts.cancel}
            </Button>
            <Button type="submit" loading={set.isPending}>
              {terms.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
