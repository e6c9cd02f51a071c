import { ActionIcon, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useId, useState } from 'react';
import { fieldErrors, useApi } from '../../data/data.ts';
import { formatDuration, inbox, parts, shell, statusLine, terms } from '../../messages/en.ts';
import { bind, options } from '../../parts/form/bind.ts';
import { AutoGrid, Dialog, Icon, notifyDone, notifyFailed, Panel, Problem } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { bodyOf, draftOf, type InboxRule, presets, problemsOf, type RuleDraft } from './rule-draft.ts';

const words = inbox.rules;

/** The rules by which inboxes respond. */
export function InboxRules({ rules, error }: { rules: readonly InboxRule[]; error: unknown }): ReactNode {
  const mayManage = useMay('deliveries:manage');
  const [edited, edit] = useState<string | null>(null);
  const remove = useApi('removeInboxRule');
  return (
    <Panel title={words.title} text={words.text}>
      <Problem error={error} />
      {rules.length === 0 ? null : (
        <Stack role="list" gap={4}>
          {rules.map((rule) => (
            <Group role="listitem" key={rule.inbox} justify="space-between" wrap="nowrap">
              <Group gap="0 0.6rem" miw={0} style={{ overflowWrap: 'anywhere' }}>
                <strong>{rule.inbox}</strong>
                <Text component="span">{inWords(rule)}</Text>
              </Group>
              {mayManage ? (
                <Group gap={4} wrap="nowrap">
                  <ActionIcon aria-label={words.edit(rule.inbox)} onClick={() => edit(rule.inbox)}>
                    <Icon name="pencil" />
                  </ActionIcon>
                  <ActionIcon
                    aria-label={words.remove(rule.inbox)}
                    onClick={() =>
                      remove.mutate(
                        { params: { name: rule.inbox } },
                        { onSuccess: () => notifyDone(words.removed(rule.inbox)), onError: notifyFailed },
                      )
                    }
                  >
                    <Icon name="trash" />
                  </ActionIcon>
                </Group>
              ) : null}
            </Group>
          ))}
        </Stack>
      )}
      {mayManage ? (
        <Button leftSection={<Icon name="plus" />} onClick={() => edit('')}>
          {terms.addRule}
        </Button>
      ) : null}
      {edited === null ? null : <RuleForm name={edited} rules={rules} onClose={() => edit(null)} />}
    </Panel>
  );
}

function inWords({ status, delayMs, failsLeft }: InboxRule): string {
  const parts = [
    words.says(statusLine(status)),
    ...(delayMs === 0 ? [] : [words.after(formatDuration(delayMs))]),
    ...(failsLeft === 0 ? [] : [words.failing(failsLeft)]),
  ];
  return parts.join(', ');
}

type Props = {
  /** The inbox whose rule is edited; empty: one that is not named yet. */
  name: string;
  rules: readonly InboxRule[];
  onClose: () => void;
};

/** Sets how an inbox responds: like a kind of system, or number by number. */
function RuleForm({ name, rules, onClose }: Props): ReactNode {
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
      {...bind(draft[key], (text) => change({ [key]: text }))}
      error={errors[key]}
      spellCheck={false}
      {...(key === 'inbox' ? {} : { inputMode: 'numeric' as const })}
    />
  );
  return (
    <Dialog onClose={onClose} size="lg" title={words.dialog}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {field('inbox', shell.pages.inbox)}
          <div role="group" aria-labelledby={id}>
            <Text id={id} fw={600} mb={6}>
              {words.presets}
            </Text>
            <Group gap="xs">
              {options(words.presetNames).map(({ value, label }) => (
                <Button key={value} size="xs" onClick={() => change(presets[value])}>
                  {label}
                </Button>
              ))}
            </Group>
          </div>
          <AutoGrid min="9rem">
            {field('status', terms.status, words.statusHint)}
            {field('delayMs', words.delay, words.delayHint)}
            {field('failFirst', words.failFirst, words.failFirstHint)}
          </AutoGrid>
          <Textarea
            label={words.body}
            {...bind(draft.body, (body) => change({ body }))}
            error={errors['body']}
            autosize
            minRows={3}
            maxRows={10}
            spellCheck={false}
          />
          {set.error !== null && Object.keys(told).length === 0 ? <Problem error={set.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button onClick={onClose}>{parts.cancel}</Button>
            <Button variant="filled" type="submit" loading={set.isPending}>
              {terms.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
