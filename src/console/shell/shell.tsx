import { ActionIcon, Button, Group, Kbd, Menu, Text } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link, Outlet, useLocation, useRouterState } from '@tanstack/react-router';
import { type ReactNode, Suspense, useEffect } from 'react';
import { allRights } from '../../contract/accounts/rights.ts';
import { isAway, queryClient, useApiQuery, useSilence } from '../data/data.ts';
import { shell, terms } from '../messages/en.ts';
import mark from '../millrace.svg';
import { Environment, Icon, Note, notifyFailed } from '../parts/parts.ts';
import { useMe } from '../session/rights.ts';
import { signOut } from '../session/session.ts';
import { isMac } from './is-mac.ts';
import { lazyPart } from './lazy-part.ts';
import { MenuLinks } from './menu-links.tsx';
import css from './shell.module.css';
import { useShortcuts, useTypedAhead } from './shortcuts.ts';
import { ThemeMenu } from './theme-menu.tsx';

// Asked for now and then: not among what a first visit waits for.
const MenuDrawer = lazyPart(() => import('./menu-drawer.tsx'), 'MenuDrawer');
const Palette = lazyPart(() => import('./palette.tsx'), 'Palette');
const DocsNav = lazyPart(() => import('../pages/docs/docs-nav.tsx'), 'DocsNav');
const SettingsNav = lazyPart(() => import('../pages/settings/settings-nav.tsx'), 'SettingsNav');
const HeldNotice = lazyPart(() => import('./held-notice.tsx'), 'HeldNotice');
const KeyboardHelp = lazyPart(() => import('./keyboard-help.tsx'), 'KeyboardHelp');

/** The frame of every page after sign-in. */
export function Shell(): ReactNode {
  const [isPaletteOpen, palette] = useDisclosure(false);
  const [isHelpOpen, help] = useDisclosure(false);
  const [isMenuOpen, drawer] = useDisclosure(false);
  const { pathname } = useLocation();
  const me = useMe();
  const isLoading = useRouterState({ select: ({ status }) => status === 'pending' });
  const beside = pathname.startsWith('/settings') ? (
    <SettingsNav />
  ) : pathname.startsWith('/docs/') ? (
    <DocsNav />
  ) : null;
  useHotkeys([['mod+K', palette.open]], []);
  const typed = useTypedAhead(isPaletteOpen);
  useShortcuts({ openHelp: help.open, isBusy: isPaletteOpen || isHelpOpen });

  return (
    <>
      <a className={css['skip']} href="#content">
        {shell.skip}
      </a>
      <header className={css['top']} data-loading={isLoading}>
        <ActionIcon className={css['burger'] ?? ''} aria-label={shell.openMenu} onClick={drawer.open}>
          <Icon name="menu" />
        </ActionIcon>
        <Link to="/" className={css['brand'] ?? ''}>
          <img src={mark} alt="" width={24} height={24} />
          <span>{shell.product}</span>
        </Link>
        <Environment />
        <Button
          className={css['search'] ?? ''}
          onClick={palette.open}
          leftSection={<Icon name="search" size={14} />}
          rightSection={
            <Kbd size="xs" className={css['kbd'] ?? ''} aria-hidden="true">
              {isMac ? '⌘ K' : 'Ctrl K'}
            </Kbd>
          }
          aria-keyshortcuts="Control+K Meta+K"
        >
          {terms.search}
        </Button>
        <Group gap={6} ms="auto" wrap="nowrap">
          <LiveIndicator />
          <ActionIcon aria-label={shell.keys.open} onClick={help.open}>
            <Icon name="help" />
          </ActionIcon>
          <ThemeMenu />
          <AccountMenu />
        </Group>
      </header>
      <nav className={css['side']} aria-label={shell.menu}>
        <MenuLinks />
      </nav>
      <main id="content" className={css['main']} tabIndex={-1}>
        <AwayNotice />
        {me?.deliveriesHeld === true ? (
          <Suspense>
            <HeldNotice />
          </Suspense>
        ) : null}
        <div className={beside === null ? undefined : css['withSide']}>
          {beside === null ? null : <Suspense>{beside}</Suspense>}
          <Outlet />
        </div>
      </main>
      <Suspense>
        {isPaletteOpen ? <Palette typed={typed} onClose={palette.close} /> : null}
        {isMenuOpen ? <MenuDrawer onClose={drawer.close} /> : null}
        {isHelpOpen ? <KeyboardHelp onClose={help.close} /> : null}
      </Suspense>
    </>
  );
}

function useServer() {
  return useApiQuery('livez', undefined, {
    retry: false,
    refetchInterval: ({ state }) => (state.status === 'error' ? 2_000 : 15_000),
  });
}

function LiveIndicator(): ReactNode {
  const { isError } = useServer();
  const isSilent = useSilence() && !isError;
  return (
    <span className={css['live']} data-away={isError || isSilent} role="status">
      <Icon name={isError || isSilent ? 'alert' : 'check'} size={13} />
      <span className={css['liveWord']}>{isError ? shell.away : isSilent ? shell.slow : shell.live}</span>
    </span>
  );
}

/** Tells of a server that is away, and asks for everything again when it is back. */
function AwayNotice(): ReactNode {
  const { isError, error } = useServer();
  const away = isError && isAway(error);
  useEffect(() => {
    if (!away) return;
    return () => void queryClient.invalidateQueries();
  }, [away]);
  return away ? (
    <Group role="alert" gap="xs" px="xl" py="xs" bg="var(--console-bad-ground)" c="var(--console-bad)">
      <Icon name="alert" size={14} />
      {shell.awayLong}
    </Group>
  ) : null;
}

function AccountMenu(): ReactNode {
  const me = useMe();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={shell.account}>
          <Icon name="user" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {me === undefined ? null : (
          <Menu.Label py="xs">
            <Text fw={550}>{terms.signedInAs(me.name)}</Text>
            <Note>{shell.rights(me.rights.length, allRights.length)}</Note>
          </Menu.Label>
        )}
        <Menu.Item component={Link} to="/settings/account">
          {shell.account}
        </Menu.Item>
        <Menu.Item onClick={() => void signOut().catch(notifyFailed)}>{terms.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
