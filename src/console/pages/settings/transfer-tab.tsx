import { Button, Code, Group, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { ConfigurationFileError, readConfiguration } from '../../../client/configuration-file.ts';
import type { ImportStep, TransferDocument } from '../../../contract/documents/transfer.ts';
import { queryClient } from '../../data/query-client.ts';
import { settings, terms } from '../../messages/en.ts';
import { ChooseFile } from '../../parts/form/choose-file.tsx';
import { Note, notifyDone, notifyFailed, Panel, Problem } from '../../parts/parts.ts';
import { saveExport } from '../../parts/payload/shown-as.ts';
import { client } from '../../session/session.ts';
import { PlanList } from './plan-list.tsx';

const words = settings.transfer;

/** The configuration as a file, and the import of one: its plan first, then its changes. */
export function TransferTab(): ReactNode {
  return (
    <Stack>
      <Panel title={terms.export} text={words.exportText}>
        <div>
          <Button onClick={() => saveExport('millrace.yaml', {}).catch(notifyFailed)}>{words.download}</Button>
        </div>
      </Panel>
      <Import />
    </Stack>
  );
}

function Import(): ReactNode {
  const [text, write] = useState('');
  const plan = useMutation({ mutationFn: planOf });
  const apply = useMutation({
    mutationFn: (body: { documents: TransferDocument[]; partial: boolean }) =>
      client().call('importConfiguration', { body }),
    onSuccess({ steps }) {
      notifyDone(words.done(changesIn(steps)));
      change('');
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  function change(next: string) {
    write(next);
    plan.reset();
    apply.reset();
  }
  const steps = stepsOf(apply.error) ?? plan.data?.steps ?? [];
  const problems = steps.filter((one) => one.problems.length > 0).length;
  const todo = changesIn(steps);
  return (
    <>
      <Panel title={words.importTitle} text={words.importText}>
        <Group gap="sm">
          <ChooseFile
            label={words.choose}
            accept=".yaml,.yml,.json,application/json,application/yaml"
            onText={(chosen) => {
              change(chosen);
              plan.mutate(chosen);
            }}
          />
          <Note>{words.or}</Note>
        </Group>
        <Textarea
          label={words.text}
          description={words.hint}
          autosize
          minRows={6}
          maxRows={18}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: 'mono' }}
          value={text}
          onChange={({ currentTarget: { value } }) => change(value)}
        />
        <div>
          <Button
            variant={steps.length === 0 ? 'filled' : 'default'}
            disabled={text.trim() === ''}
            loading={plan.isPending}
            onClick={() => plan.mutate(text)}
          >
            {terms.showPlan}
          </Button>
        </div>
        <Problem
          error={plan.error}
          title={plan.error instanceof ConfigurationFileError ? words.unreadable : undefined}
        />
        <Note>
          <Code>millrace apply FILE</Code>
        </Note>
      </Panel>
      {plan.data === undefined ? null : (
        <Panel title={words.planTitle} text={problems > 0 ? words.planProblems(problems) : words.planText}>
          <PlanList steps={steps} />
          {apply.error === null || stepsOf(apply.error) !== null ? null : <Problem error={apply.error} />}
          <div>
            <Button
              variant={problems > 0 ? 'default' : 'filled'}
              disabled={todo === 0}
              loading={apply.isPending}
              onClick={() => apply.mutate({ documents: plan.data.documents, partial: problems > 0 })}
            >
              {todo === 0 ? words.nothing : problems > 0 ? words.applyRest(todo) : words.apply(todo)}
            </Button>
          </div>
        </Panel>
      )}
    </>
  );
}

async function planOf(text: string) {
  const documents = readConfiguration(text, await import('yaml'));
  if (documents.length === 0) throw new ConfigurationFileError(words.empty);
  const { steps } = await client().call('importConfiguration', { body: { documents, dryRun: true } });
  return { documents, steps };
}

/** The plan in the response to a refused import; null: it was refused for another reason. */
function stepsOf(error: unknown): ImportStep[] | null {
  const steps = error instanceof ClientError ? error.problem['steps'] : undefined;
  return Array.isArray(steps) ? steps : null;
}

const changesIn = (steps: readonly ImportStep[]) =>
  steps.filter(({ change, problems }) => change !== 'none' && problems.length === 0).length;
