import { Box, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { errors } from '../../../contract/errors.ts';
import type { Stats } from '../../data/data.ts';
import { formatNumber, outcomes, parts, terms } from '../../messages/en.ts';
import { Facts, type Tone, toneColor } from '../parts.ts';

const words = parts.funnel;

/** How many events and deliveries reached each stage, with bars on the scale of the largest number. */
export function Funnel({ stages }: { stages: readonly (readonly [name: string, count: number, Tone])[] }): ReactNode {
  const most = Math.max(...stages.map(([, count]) => count), 1);
  return (
    <Facts
      facts={stages.map(([name, count, tone]) => [
        name,
        <Group key={name} gap="sm" wrap="nowrap">
          <Box flex={1} bdrs={3} bg="var(--console-hover)" aria-hidden="true">
            <Box h={6} bdrs={3} bg={toneColor(tone)} w={`${(count / most) * 100}%`} />
          </Box>
          <Text span fw={600} miw="3rem" ta="end">
            {formatNumber(count)}
          </Text>
        </Group>,
      ])}
    />
  );
}

/** Why deliveries failed, were skipped or put on hold, and requests rejected: the most frequent reasons first. */
export function Reasons({ reasons }: Pick<Stats, 'reasons'>): ReactNode {
  return (
    <Stack gap="xs">
      <Title order={3}>{words.reasons}</Title>
      {reasons.length === 0 ? <Text c="dimmed">{terms.none}</Text> : null}
      <Facts
        isFigures
        facts={reasons.map(({ outcome, reason, count }) => [
          words.reason(endNames[outcome], reasonInWords(reason)),
          formatNumber(count),
        ])}
      />
    </Stack>
  );
}

const { failed, skipped } = parts.status;
const endNames = { failed, skipped, held: words.holds, rejected: words.rejected };

/** A reason of a delivery, or the code of an error, in a few words. */
export function reasonInWords(reason: Stats['reasons'][number]['reason']): string {
  if (reason in outcomes.reason) return outcomes.reason[reason as keyof typeof outcomes.reason].short; // just looked up
  return errors[reason as keyof typeof errors][1]; // the other half of the contract's list
}
