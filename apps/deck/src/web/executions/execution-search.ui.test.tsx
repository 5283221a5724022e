import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderDeck } from '../testing/render-deck.tsx';
import { ExecutionSearch } from './execution-search.tsx';
import { FoundExecutions } from './found-executions.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the search of executions', () => {
  it('asks for what is filled in, and for nothing else', async () => {
    const onSearch = vi.fn();
    renderDeck(<ExecutionSearch criteria={{ commit: 'abcdef0' }} onSearch={onSearch} />);
    fireEvent.click(screen.getByRole('button', { name: 'Searched by 1' }));
    fireEvent.change(await screen.findByLabelText('Started by'), { target: { value: ' ann ' } });
    fireEvent.submit(screen.getByRole('form', { name: 'Search executions' }));
    expect(onSearch).toHaveBeenCalledWith({ user: 'ann', commit: 'abcdef0' });
  });

  it('is cleared at once', async () => {
    const onSearch = vi.fn();
    renderDeck(<ExecutionSearch criteria={{ user: 'ann' }} onSearch={onSearch} />);
    fireEvent.click(screen.getByRole('button', { name: 'Searched by 1' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Clear the search' }));
    expect(onSearch).toHaveBeenCalledWith({});
  });

  it('asks gate within the application, with whole days, and says when nothing fits', async () => {
    const fetch = vi.fn(async (_url: string) => Response.json({ executions: [] }));
    vi.stubGlobal('fetch', fetch);
    const criteria = { user: 'ann', trigger: 'git', from: '2026-11-01', to: '2026-11-01' };
    renderDeck(
      <FoundExecutions application="shop" criteria={criteria} open={undefined} stage={undefined} onOpen={() => {}} />,
    );
    await waitFor(() => expect(screen.getByText('Nothing found')).toBeDefined());
    const asked = new URL(String(fetch.mock.calls[0]?.[0]), 'http://deck').searchParams;
    expect(asked.get('application')).toBe('shop');
    expect(asked.get('triggerTypes')).toBe('git');
    const [from, to] = ['triggerTimeStartBoundary', 'triggerTimeEndBoundary'].map((name) => Number(asked.get(name)));
    expect((to ?? 0) - (from ?? 0)).toBe(24 * 60 * 60_000 - 1);
  });
});
