import { expect, it } from 'vitest';
import { boundCommand } from './bound-command.ts';

it('a bound command is told of the end of its parent, inside of the name space that it makes', () => {
  expect(boundCommand(['node', '--flag', 'main.ts'])).toEqual(
    'setpriv --pdeathsig KILL node --flag main.ts'.split(' '),
  );
  expect(boundCommand(['unshare', '--user', '--map-user=1000', 'postgres', '-D', 'x'], 'INT')).toEqual(
    'unshare --user --map-user=1000 setpriv --pdeathsig INT postgres -D x'.split(' '),
  );
});
