import { Box, Group, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { count, terms, connections as words } from '../../../messages/en.ts';
import { connectionKind } from '../../../parts/connection/connection.ts';
import { FilterBox } from '../../../parts/list/filter-box.tsx';
import { Icon, LinkCard, LinkCards, Note } from '../../../parts/parts.ts';
import { type Preset, presetGroups } from '../../../presets/preset.ts';
import { presetsLike } from '../../../presets/presets.ts';
import { Page } from '../../../shell/page.tsx';

const w = words.cards;

/** How a system authenticates: keys in headers or addresses are no scheme of their own. */
function signInOf({
  authentication: { type },
  headers,
  values,
}: Pick<Preset, 'authentication' | 'headers' | 'values'>) {
  const hasKey = headers.some(({ isSecret }) => isSecret) || values.some(({ isSecret }) => isSecret === true);
  return type === 'none' && hasKey ? w.apiKey : words.details.authTypes[type];
}

export function ConnectionTypePage(): ReactNode {
  const { filter = '' } = useSearch({ from: '/shell/connections/new' });
  const navigate = useNavigate({ from: '/connections/new' });
  const found = presetsLike(filter);
  return (
    <Page title={terms.newConnection} lead={w.lead} right="connections:manage" crumbs={connectionKind.crumbs}>
      <section aria-label={w.title}>
        <Title order={2} mb="xs">
          {w.title}
        </Title>
        <LinkCards>
          <LinkCard
            to="/connections/new/webhook"
            mark={<Icon name="webhook" size={22} />}
            name={w.webhook}
            text={w.webhookText}
          />
          <LinkCard to="/connections/new/curl" mark={<Icon name="code" size={22} />} name={w.curl} text={w.curlText} />
          <LinkCard
            to="/connections/new/openapi"
            mark={<Icon name="book" size={22} />}
            name={w.openapi}
            text={w.openapiText}
          />
          <LinkCard
            to="/settings"
            search={{ tab: 'transfer' }}
            mark={<Icon name="import" size={22} />}
            name={w.file}
            text={w.fileText}
          />
        </LinkCards>
      </section>
      <Box component="section" aria-label={w.presets} mt="xl">
        <Group justify="space-between" align="end" mb="xs">
          <div>
            <Title order={2}>{w.presets}</Title>
            <Text c="dimmed">{w.presetsText}</Text>
          </div>
          <FilterBox
            label={w.search}
            value={filter}
            onChange={(next) => void navigate({ search: { filter: next }, replace: true })}
          />
        </Group>
        <Note role="status" mb="xs">
          {count.systems(found.length)}
        </Note>
        {presetGroups
          .filter((group) => found.some((one) => one.group === group))
          .map((group) => (
            <section key={group} aria-label={w.groups[group]}>
              <Title order={3} mt="lg" mb="xs">
                {w.groups[group]}
              </Title>
              <LinkCards>
                {found
                  .filter((one) => one.group === group)
                  .map(({ id, name, about, destinations, ...preset }) => (
                    <LinkCard
                      key={id}
                      to="/connections/new/webhook"
                      search={{ preset: id }}
                      mark={name.charAt(0)}
                      name={name}
                      text={about}
                      note={w.presetSums(signInOf(preset), destinations.length)}
                    />
                  ))}
              </LinkCards>
            </section>
          ))}
      </Box>
    </Page>
  );
}
