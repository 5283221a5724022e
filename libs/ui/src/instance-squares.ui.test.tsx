import type { Instance } from '@gennaker/contracts/clouddriver';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { healthReason, InstanceSquares } from './instance-squares.tsx';
import { renderThemed } from './render-themed.fixture.tsx';

afterEach(cleanup);
const instance = (name: string, healthState: Instance['healthState'], description?: string): Instance => ({
  id: name,
  name,
  healthState,
  health: [
    { type: 'Google', state: 'Unknown' },
    { type: 'LoadBalancer', state: healthState, ...(description ? { description } : {}) },
  ],
});

describe('instance squares', () => {
  const instances = [instance('b', 'Down', 'GET / answered 503'), instance('a', 'Up')];
  const show = (onSelect: (instance: Instance) => void = () => {}) =>
    renderThemed(<InstanceSquares instances={instances} onSelect={onSelect} />);

  it('tell health and why in words, in the order of the names', () => {
    show();
    expect(screen.getAllByRole('button').map((square) => square.getAttribute('aria-label'))).toEqual([
      'a: Up. The load balancer says up',
      'b: Down. GET / answered 503',
    ]);
  });

  it('show the reason on focus, without a mouse', async () => {
    show();
    fireEvent.focus(screen.getByRole('button', { name: /^b:/ }));
    expect((await screen.findByRole('tooltip')).textContent).toContain('GET / answered 503');
  });

  it('open an instance', () => {
    const onSelect = vi.fn();
    show(onSelect);
    fireEvent.click(screen.getByRole('button', { name: /^a:/ }));
    expect(onSelect).toHaveBeenCalledWith(instances[1]);
  });

  it("prefer the instance's own reason", () => {
    expect(healthReason({ ...instance('a', 'Down'), reason: { summary: 'It listens on another address' } })).toBe(
      'It listens on another address',
    );
  });
});
