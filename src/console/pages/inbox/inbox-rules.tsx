import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { statusLine } from '../../messages/en/http.ts';
import { inbox } from '../../messages/en/inbox.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { Panel } from '../../parts/panel.tsx';
import { useMay } from '../../session/rights.ts';
import css from './inbox-page.module.css';
import type { InboxRule } from './rule-draft.ts';
import { RuleForm } from './rule-form.tsx';

const words = inbox.rules;

/** How inboxes answer, where somebody said so. */
export function InboxRules({ rules }: { rules: readonly InboxRule[] }): ReactNode {
  const mayManage = useMay('deliveries:manage');
  const [edited, edit] = useState<string | null>(null);
  const remove = useApi('removeInboxRule');
  return (
    <Panel title={words.title} text={words.text}>
      {rules.length === 0 ? null : (
        <ul className={css['rules']}>
          {rules.map((rule) => (
            <li key={rule.inbox}>
              <span className={css['rule']}>
                <strong>{rule.inbox}</strong>
                <Text component="span">{inWords(rule)}</Text>
              </span>
              {mayManage ? (
                <Group gap={4} wrap="nowrap">
                  <ActionIcon aria-label={words.edit(rule.inbox)} onClick={() => edit(rule.inbox)}>
                    <Icon name="code" />
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
            </li>
          ))}
        </ul>
      )}
      {mayManage ? (
        <div>
          <Button variant="default" leftSection={<Icon name="plus" />} onClick={() => edit('')}>
            {terms.addRule}
          </Button>
        </div>
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
