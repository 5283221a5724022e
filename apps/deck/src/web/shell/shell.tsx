import { ActionIcon, Kbd, Menu, Modal, Tooltip, useMantineColorScheme } from '@mantine/core';
import { DarkIcon, KeyboardIcon, LightIcon, SearchIcon, SystemThemeIcon } from '@gennaker/ui/icons';
import { Link, Outlet, useParams, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useLiveness } from '../queries/live-stream.ts';
import { InboxButton } from './inbox.tsx';
import { UserMenu } from './user-menu.tsx';
import { SHORTCUTS, useShortcuts } from './shortcuts.ts';
import { ApplicationSwitch } from './application-switch.tsx';

function Brand() {
  return (
    <Link to="/applications" search={{}} className="brand" aria-label="Gennaker, all applications">
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden>
        <path d="M17 3c8 5 11 13 10 21-4-2-7-2.5-10-2.5z" fill="var(--gk-brand)" />
        <path d="M14.5 6v15.5c-4 0-7 .8-10 2.500C5 16 9 10 14.500 6z" fill="var(--gk-brand)" opacity=".55" />
        <path
          d="M4 26.500c8-2.500 16-2.500 24 0-2 1.700-4.500 2.500-8 2.500h-8c-3.500 0-6-.8-8-2.500z"
          fill="currentColor"
          opacity=".75"
        />
      </svg>
      <span>Gennaker</span>
    </Link>
  );
}

const LIVE_WORDS = {
  connecting: ['Connecting', 'Opening the event stream'],
  live: ['Live', 'Changes appear as they happen'],
  reconnecting: ['Reconnecting', 'The event stream broke off; what you see may be some seconds old'],
} as const;

function LiveMark() {
  const liveness = useLiveness();
  const [word, hint] = LIVE_WORDS[liveness];
  return (
    <Tooltip label={hint}>
      <span className="live" data-state={liveness} role="status" tabIndex={0}>
        <span className="live-dot" aria-hidden />
        {word}
      </span>
    </Tooltip>
  );
}

const SCHEMES = [
  { value: 'auto', label: 'Like the system', icon: SystemThemeIcon },
  { value: 'light', label: 'Light', icon: LightIcon },
  { value: 'dark', label: 'Dark', icon: DarkIcon },
] as const;

function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = SCHEMES.find(({ value }) => value === colorScheme) ?? SCHEMES[0];
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Colours: ${current.label}`}>
          <current.icon size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, label, icon: Glyph }) => (
          <Menu.Item
            key={value}
            leftSection={<Glyph size={15} />}
            onClick={() => setColorScheme(value)}
            aria-current={value === colorScheme}
            fw={value === colorScheme ? 600 : 400}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Frame of every page: header, main area, shortcuts. */
export function Shell() {
  const { application } = useParams({ strict: false });
  const [help, setHelp] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useShortcuts(application, () => setHelp(true));
  // Who is not logged in may read nothing yet: the frame would ask for what it shows.
  if (path === '/login') return <Outlet />;
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <Brand />
        {application ? <ApplicationSwitch application={application} /> : null}
        <div className="top-space" />
        <LiveMark />
        <Tooltip label="Search everything">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Search everything"
            renderRoot={(props) => <Link to="/search" search={{}} {...props} />}
          >
            <SearchIcon size={17} />
          </ActionIcon>
        </Tooltip>
        <InboxButton />
        <SchemeMenu />
        <UserMenu />
        <Tooltip label="Keyboard shortcuts">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Keyboard shortcuts"
            onClick={() => setHelp(true)}
          >
            <KeyboardIcon size={17} />
          </ActionIcon>
        </Tooltip>
      </header>
      <Outlet />
      <Modal opened={help} onClose={() => setHelp(false)} title="Keyboard shortcuts" size="md">
        <dl className="shortcuts">
          {SHORTCUTS.map(({ press, does }) => (
            <div key={does}>
              <dt>{does}</dt>
              <dd>
                {press.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </Modal>
    </div>
  );
}
