import IconActivity from '@tabler/icons-react/icons/IconActivity';
import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle';
import IconAlignLeft from '@tabler/icons-react/icons/IconAlignLeft';
import IconArrowBackUp from '@tabler/icons-react/icons/IconArrowBackUp';
import IconArrowDown from '@tabler/icons-react/icons/IconArrowDown';
import IconArrowForwardUp from '@tabler/icons-react/icons/IconArrowForwardUp';
import IconArrowsDiagonal from '@tabler/icons-react/icons/IconArrowsDiagonal';
import IconArrowsSplit from '@tabler/icons-react/icons/IconArrowsSplit';
import IconArrowUp from '@tabler/icons-react/icons/IconArrowUp';
import IconBan from '@tabler/icons-react/icons/IconBan';
import IconBell from '@tabler/icons-react/icons/IconBell';
import IconBolt from '@tabler/icons-react/icons/IconBolt';
import IconBook2 from '@tabler/icons-react/icons/IconBook2';
import IconBookmark from '@tabler/icons-react/icons/IconBookmark';
import IconCheck from '@tabler/icons-react/icons/IconCheck';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import IconChevronRight from '@tabler/icons-react/icons/IconChevronRight';
import IconClock from '@tabler/icons-react/icons/IconClock';
import IconCode from '@tabler/icons-react/icons/IconCode';
import IconColumns3 from '@tabler/icons-react/icons/IconColumns3';
import IconCopy from '@tabler/icons-react/icons/IconCopy';
import IconDatabaseImport from '@tabler/icons-react/icons/IconDatabaseImport';
import IconDots from '@tabler/icons-react/icons/IconDots';
import IconFileImport from '@tabler/icons-react/icons/IconFileImport';
import IconFlask from '@tabler/icons-react/icons/IconFlask';
import IconHandStop from '@tabler/icons-react/icons/IconHandStop';
import IconHelpCircle from '@tabler/icons-react/icons/IconHelpCircle';
import IconHome from '@tabler/icons-react/icons/IconHome';
import IconInbox from '@tabler/icons-react/icons/IconInbox';
import IconKey from '@tabler/icons-react/icons/IconKey';
import IconLink from '@tabler/icons-react/icons/IconLink';
import IconLock from '@tabler/icons-react/icons/IconLock';
import IconMenu2 from '@tabler/icons-react/icons/IconMenu2';
import IconPlayerPause from '@tabler/icons-react/icons/IconPlayerPause';
import IconPlayerPlay from '@tabler/icons-react/icons/IconPlayerPlay';
import IconPlayerSkipForward from '@tabler/icons-react/icons/IconPlayerSkipForward';
import IconPlayerStop from '@tabler/icons-react/icons/IconPlayerStop';
import IconPlus from '@tabler/icons-react/icons/IconPlus';
import IconRefresh from '@tabler/icons-react/icons/IconRefresh';
import IconRepeat from '@tabler/icons-react/icons/IconRepeat';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import IconSend from '@tabler/icons-react/icons/IconSend';
import IconSettings from '@tabler/icons-react/icons/IconSettings';
import IconSun from '@tabler/icons-react/icons/IconSun';
import IconTrash from '@tabler/icons-react/icons/IconTrash';
import IconUser from '@tabler/icons-react/icons/IconUser';
import IconWebhook from '@tabler/icons-react/icons/IconWebhook';
import IconX from '@tabler/icons-react/icons/IconX';
import type { ReactNode } from 'react';

// Imported one by one: the package's index has thousands of modules, which every build would read.
const icons = {
  home: IconHome,
  actions: IconBolt,
  behaviors: IconArrowsSplit,
  connections: IconLink,
  events: IconActivity,
  deliveries: IconSend,
  collection: IconDatabaseImport,
  inbox: IconInbox,
  issues: IconAlertTriangle,
  replays: IconRepeat,
  search: IconSearch,
  help: IconHelpCircle,
  sun: IconSun,
  user: IconUser,
  menu: IconMenu2,
  plus: IconPlus,
  dots: IconDots,
  columns: IconColumns3,
  bookmark: IconBookmark,
  copy: IconCopy,
  check: IconCheck,
  cross: IconX,
  alert: IconAlertTriangle,
  bell: IconBell,
  key: IconKey,
  pause: IconPlayerPause,
  stop: IconPlayerStop,
  live: IconPlayerPlay,
  off: IconBan,
  clock: IconClock,
  retry: IconRefresh,
  hand: IconHandStop,
  skip: IconPlayerSkipForward,
  flask: IconFlask,
  chevron: IconChevronRight,
  chevronDown: IconChevronDown,
  lock: IconLock,
  trash: IconTrash,
  up: IconArrowUp,
  down: IconArrowDown,
  undo: IconArrowBackUp,
  redo: IconArrowForwardUp,
  format: IconAlignLeft,
  expand: IconArrowsDiagonal,
  code: IconCode,
  import: IconFileImport,
  settings: IconSettings,
  book: IconBook2,
  play: IconPlayerPlay,
  webhook: IconWebhook,
};

export type IconName = keyof typeof icons;

/** Decoration beside words, never instead of them: hidden from assistive technology. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactNode {
  const Drawn = icons[name];
  return <Drawn size={size} stroke={1.75} aria-hidden="true" focusable="false" />;
}
