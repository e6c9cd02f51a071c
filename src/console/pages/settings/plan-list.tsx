import { Box, Code, Group, Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ImportStep } from '../../../contract/documents/transfer.ts';
import { settings, terms } from '../../messages/en.ts';
import { Icon, More, Note, Toned } from '../../parts/parts.ts';
import { Diff } from '../../parts/payload/diff.tsx';

const words = settings.transfer;

const looks = {
  create: { icon: 'plus', tone: 'good' },
  update: { icon: 'retry', tone: 'work' },
  none: { icon: 'check', tone: 'calm' },
  problem: { icon: 'cross', tone: 'bad' },
} as const;

/** What becomes of a document. */
const outcomeOf = ({ change, problems }: ImportStep) => (problems.length > 0 ? 'problem' : change);

/** What an import would change, document by document, with the differences. */
export function PlanList({ steps }: { steps: readonly ImportStep[] }): ReactNode {
  const count = (outcome: ImportStep['change']) => steps.filter((one) => outcomeOf(one) === outcome).length;
  return (
    <>
      <Text role="status">{words.summary(count('create'), count('update'), count('none'))}</Text>
      <Stack component="ol" gap="xs" aria-label={words.planTitle}>
        {steps.map((step) => (
          <Paper component="li" key={`${step.kind} ${step.name}`} withBorder px="sm" py="xs">
            <Group gap="0.2rem 0.9rem" align="baseline">
              <Text span fw={550}>
                {step.name}
              </Text>
              <Note span>{terms[step.kind]}</Note>
              <Toned {...looks[outcomeOf(step)]}>{words.changes[outcomeOf(step)]}</Toned>
            </Group>
            <Notes step={step} />
            {step.diff.length === 0 ? null : (
              <More summary={step.change === 'create' ? words.show : words.showChanges(step.diff.length)}>
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

function Notes({ step: { problems, warnings } }: { step: ImportStep }): ReactNode {
  return (
    <>
      {problems.map(({ pointer, detail }) => (
        <Text key={pointer} size="sm" c="var(--console-bad)" role="alert">
          <Icon name="cross" size={13} /> {pointer === '' ? null : <Code>{pointer}</Code>} {detail}
        </Text>
      ))}
      {warnings.map((warning) => (
        <Text key={warning} size="sm" c="var(--console-work)">
          <Icon name="alert" size={13} /> {warning}
        </Text>
      ))}
    </>
  );
}
