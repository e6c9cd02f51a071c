import { Box, Button, Code, Group, Paper, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { ConfigurationFileError, readConfiguration } from '../../../client/configuration-file.ts';
import type { ImportStep, TransferDocument } from '../../../contract/documents/transfer.ts';
import { queryClient } from '../../data/data.ts';
import { settings, terms } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { ChooseFile } from '../../parts/form/choose-file.tsx';
import {
  Environment,
  Icon,
  More,
  Note,
  notifyDone,
  notifyFailed,
  Panel,
  Problem,
  ThingLink,
  Toned,
} from '../../parts/parts.ts';
import { Diff } from '../../parts/payload/diff.tsx';
import { saveExport } from '../../parts/payload/show-as.tsx';
import { client } from '../../session/session.ts';

const words = settings.transfer;

/** The configuration as a file, and the import of one: its plan first, then its changes. */
export function TransferTab(): ReactNode {
  return (
    <Stack>
      <Panel title={terms.export} text={words.exportText}>
        <Button onClick={() => saveExport('millrace.yaml', {}).catch(notifyFailed)}>{words.download}</Button>
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
      // The plan stays, with what it made: what is missing in it is the next thing to do.
      write('');
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  function change(next: string) {
    write(next);
    plan.reset();
    apply.reset();
  }
  const applied = apply.data?.steps;
  const steps = applied ?? stepsOf(apply.error) ?? plan.data?.steps ?? [];
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
          {...bind(text, change)}
        />
        <Button
          variant={steps.length === 0 ? 'filled' : 'default'}
          disabled={text.trim() === ''}
          loading={plan.isPending}
          onClick={() => plan.mutate(text)}
        >
          {terms.showPlan}
        </Button>
        <Problem
          error={plan.error}
          title={plan.error instanceof ConfigurationFileError ? words.unreadable : undefined}
        />
        <Note>
          <Code>millrace apply FILE</Code>
        </Note>
      </Panel>
      {plan.data === undefined ? null : (
        <Panel
          title={applied === undefined ? words.planTitle : words.appliedTitle}
          text={
            applied !== undefined ? words.appliedText : problems > 0 ? words.planProblems(problems) : words.planText
          }
        >
          <Environment />
          <PlanList steps={steps} placeOf={plan.data.placeOf} />
          {apply.error === null || stepsOf(apply.error) !== null ? null : <Problem error={apply.error} />}
          {applied !== undefined ? null : (
            <Button
              variant={problems > 0 ? 'default' : 'filled'}
              disabled={todo === 0}
              loading={apply.isPending}
              onClick={() => apply.mutate({ documents: plan.data.documents, partial: problems > 0 })}
            >
              {todo === 0 ? words.nothing : problems > 0 ? words.applyRest(todo) : words.apply(todo)}
            </Button>
          )}
        </Panel>
      )}
    </>
  );
}

async function planOf(text: string) {
  const { documents, placeOf } = readConfiguration(text, await import('yaml'));
  if (documents.length === 0) throw new ConfigurationFileError(words.empty);
  const { steps } = await client().call('importConfiguration', { body: { documents, dryRun: true } });
  return { documents, steps, placeOf };
}

/** The plan in the response to a refused import; null: it was refused for another reason. */
function stepsOf(error: unknown): ImportStep[] | null {
  const steps = error instanceof ClientError ? error.problem['steps'] : undefined;
  return Array.isArray(steps) ? steps : null;
}

const changesIn = (steps: readonly ImportStep[]) =>
  steps.filter(({ change, problems }) => change !== 'none' && problems.length === 0).length;

const planWords = settings.transfer;

type PlaceOf = Awaited<ReturnType<typeof planOf>>['placeOf'];

const planLooks = {
  create: { icon: 'plus', tone: 'good' },
  update: { icon: 'retry', tone: 'work' },
  none: { icon: 'check', tone: 'calm' },
  problem: { icon: 'cross', tone: 'bad' },
} as const;

/** What becomes of a document. */
const outcomeOf = ({ change, problems }: ImportStep) => (problems.length > 0 ? 'problem' : change);

/** What an import would change, document by document, with the differences. */
function PlanList({ steps, placeOf }: { steps: readonly ImportStep[]; placeOf: PlaceOf }): ReactNode {
  const count = (outcome: ImportStep['change']) => steps.filter((one) => outcomeOf(one) === outcome).length;
  return (
    <>
      <Text role="status">{planWords.summary(count('create'), count('update'), count('none'))}</Text>
      <Stack component="ol" gap="xs" aria-label={planWords.planTitle}>
        {steps.map((step) => (
          <Paper component="li" key={`${step.kind} ${step.name}`} withBorder px="sm" py="xs">
            <Group gap="0.2rem 0.9rem" align="baseline">
              <Text span fw={550}>
                <ThingLink entry={step} underline="always" display="inline-block" py={3} />
              </Text>
              <Note span>{terms[step.kind]}</Note>
              <Toned {...planLooks[outcomeOf(step)]}>{planWords.changes[outcomeOf(step)]}</Toned>
            </Group>
            <Notes step={step} placeOf={placeOf} />
            {step.diff.length === 0 ? null : (
              <More summary={step.change === 'create' ? planWords.show : planWords.showChanges(step.diff.length)}>
                {step.diff.map(({ pointer, before, after }) => (
                  <Box key={pointer} mt="xs">
                    {pointer === '' ? null : <Code>{pointer}</Code>}
                    <Diff before={before} after={after} />
                  </Box>
                ))}
              </More>
            )}
          </Paper>
        ))}
      </Stack>
    </>
  );
}

function Notes({ step, placeOf }: { step: ImportStep; placeOf: PlaceOf }): ReactNode {
  const { problems, warnings } = step;
  return (
    <>
      {problems.map(({ pointer, detail }) => {
        const place = placeOf(step, pointer);
        return (
          <Text key={pointer} size="sm" c="var(--console-bad)" role="alert">
            <Icon name="cross" size={13} /> {place === null ? null : planWords.place(place.line, place.col)}{' '}
            {pointer === '' ? null : <Code>{pointer}</Code>} {detail}
          </Text>
        );
      })}
      {warnings.map((warning) => (
        <Text key={warning} size="sm" c="var(--console-work)">
          <Icon name="alert" size={13} /> {warning}
        </Text>
      ))}
    </>
  );
}
