import { Button, Group, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useId, useState } from 'react';
import { queryClient } from '../../data/query-client.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem, told } from '../../parts/problem.tsx';
import { Page } from '../../shell/page.tsx';
import css from './connection-form.module.css';
import { applyItem, type PlannedItem, planOf } from './file-plan.ts';
import { FilePlan, type Progress } from './file-plan-list.tsx';
import { itemsOf } from './manifest.ts';

const w = words.file;

/** From file: YAML or JSON as Export writes it, its plan, and then the deed. */
export function FilePage(): ReactNode {
  const navigate = useNavigate();
  const [text, write] = useState('');
  const [progress, setProgress] = useState<Progress>({ done: 0, failed: null });
  const read = text.trim() === '' ? null : itemsOf(text);
  const plan = useMutation({ mutationFn: planOf });
  const apply = useMutation({
    async mutationFn(items: readonly PlannedItem[]) {
      for (const [index, item] of items.entries()) {
        try {
          await applyItem(item);
        } catch (error) {
          setProgress({ done: index, failed: told(error).detail });
          return false;
        }
        setProgress({ done: index + 1, failed: null });
      }
      return true;
    },
    onSuccess(isWhole, items) {
      if (!isWhole) return;
      notifyDone(w.applied(items.length));
      void navigate({ to: '/connections' });
    },
    // What was done before a refusal stays done.
    onSettled: () => queryClient.invalidateQueries(),
  });
  function change(next: string) {
    write(next);
    plan.reset();
    setProgress({ done: 0, failed: null });
  }
  return (
    <Page
      title={w.title}
      lead={w.lead}
      right="connections:manage"
      crumbs={[
        { label: words.title, to: '/connections' },
        { label: words.create, to: '/connections/new' },
      ]}
    >
      <div className={css['form']}>
        <Panel title={w.source}>
          <ChooseFile onText={change} />
          <Textarea
            label={w.label}
            description={w.hint}
            value={text}
            onChange={(event) => change(event.currentTarget.value)}
            error={read?.ok === false ? w.problem(read.problem) : undefined}
            autosize
            minRows={6}
            maxRows={18}
            spellCheck={false}
            autoComplete="off"
            classNames={{ input: css['code'] ?? '' }}
          />
          <div>
            <Button
              variant={plan.data === undefined ? 'filled' : 'default'}
              disabled={read?.ok !== true}
              loading={plan.isPending}
              onClick={() => read?.ok === true && plan.mutate(read.items)}
            >
              {w.plan}
            </Button>
          </div>
          {plan.error === null ? null : <Problem error={plan.error} />}
        </Panel>
        {plan.data === undefined ? null : (
          <Panel title={w.planTitle} text={w.planText}>
            <FilePlan items={plan.data} progress={progress} />
            <Group>
              <Button
                loading={apply.isPending}
                disabled={plan.data.every((one) => one.change === 'same')}
                onClick={() => apply.mutate(plan.data)}
              >
                {w.apply}
              </Button>
              <Button variant="subtle" color="gray" onClick={() => void navigate({ to: '/connections' })}>
                {parts.cancel}
              </Button>
            </Group>
          </Panel>
        )}
      </div>
    </Page>
  );
}

function ChooseFile({ onText }: { onText: (text: string) => void }): ReactNode {
  const id = useId();
  return (
    <Group gap="sm">
      <label className={css['file']} htmlFor={id}>
        <Icon name="inbox" /> {w.choose}
        <input
          id={id}
          className={css['fileInput']}
          type="file"
          accept=".yaml,.yml,.json,application/json,application/yaml"
          onChange={({ currentTarget: { files } }) => {
            const file = files?.[0];
            if (file !== undefined) void file.text().then(onText);
          }}
        />
      </label>
      <Text c="dimmed" size="sm">
        {w.or}
      </Text>
    </Group>
  );
}
