import { parseArgs } from 'node:util';
import { type LocalUser, peopleRoutes } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';
import { gateNamed, saying } from './gate-client.ts';
import { Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker users --help" for what it can do.';

const OPTIONS = {
  data: { type: 'string' },
  offset: { type: 'string' },
  admin: { type: 'boolean' },
  roles: { type: 'string' },
  email: { type: 'string' },
  service: { type: 'boolean' },
  enable: { type: 'boolean' },
  disable: { type: 'boolean' },
  password: { type: 'boolean' },
  'password-stdin': { type: 'boolean' },
} as const;

type Options = ReturnType<typeof read>['values'];
type Gate = Client<typeof peopleRoutes>;

/**
 * `gennaker users`: adds, changes and removes local users through gate, as whoever owns the data folder.
 * Answers the exit code. @throws Sentence for a wrong command line, a system that does not run, what gate refuses
 */
export async function users(root: string, args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const [deed, name] = positionals;
  const gate = await gateNamed(root, values, peopleRoutes);
  process.stdout.write(`${await saying(() => run(gate, deed, name, values))}\n`);
  return 0;
}

async function run(gate: Gate, deed: string | undefined, name: string | undefined, values: Options): Promise<string> {
  switch (deed) {
    case 'list':
      return table(await gate.listUsers());
    case 'on':
    case 'off': {
      const { on } = await gate.setAuthentication({ body: { on: deed === 'on' } });
      return on
        ? 'Authentication is on: everybody has to log in.'
        : 'Authentication is off: everybody of this machine may do everything. The users are kept.';
    }
    case 'add':
      return add(gate, named(name), values);
    case 'set': {
      const user = await gate.updateUser({ params: { name: named(name) }, body: await changes(values) });
      return `Changed ${line(user)}`;
    }
    case 'remove':
      await gate.deleteUser({ params: { name: named(name) } });
      return `Removed ${name}, with all sessions and tokens.`;
    default:
      throw new Sentence(USAGE);
  }
}

async function add(gate: Gate, name: string, values: Options): Promise<string> {
  const before = await gate.authentication();
  const password = values.service ? {} : { password: await askPassword(values['password-stdin'] === true) };
  const user = await gate.createUser({
    body: {
      name,
      ...password,
      admin: values.admin === true,
      roles: rolesOf(values.roles) ?? [],
      ...(values.email === undefined ? {} : { email: values.email }),
    },
  });
  const after = await gate.authentication();
  const turned = !before.on && after.on ? '\nAuthentication is on from now: everybody has to log in.' : '';
  return `Added ${line(user)}${turned}`;
}

async function changes(values: Options) {
  const asked = values.password === true || values['password-stdin'] === true;
  const roles = rolesOf(values.roles);
  return {
    ...(values.email === undefined ? {} : { email: values.email }),
    ...(roles === undefined ? {} : { roles }),
    ...(values.admin === undefined ? {} : { admin: values.admin }),
    ...(values.enable ? { enabled: true } : {}),
    ...(values.disable ? { enabled: false } : {}),
    ...(asked ? { password: await askPassword(values['password-stdin'] === true) } : {}),
  };
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

function named(name: string | undefined): string {
  if (name === undefined) throw new Sentence(USAGE);
  return name;
}

function rolesOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((role) => role.trim())
    .filter(Boolean);
}

/** A password from standard input, or typed twice at the terminal without showing it. */
async function askPassword(fromInput: boolean): Promise<string> {
  if (fromInput) {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks)
      .toString()
      .replace(/\r?\n$/, '');
  }
  if (!process.stdin.isTTY) throw new Sentence('There is no terminal to ask for the password: use --password-stdin.');
  const first = await typed('Password (at least 12 characters): ');
  if ((await typed('Again: ')) !== first) throw new Sentence('The two passwords differ; nothing was changed.');
  return first;
}

async function typed(question: string): Promise<string> {
  process.stdout.write(question);
  process.stdin.setRawMode(true);
  process.stdin.resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = '';
      process.stdin.on('data', function take(chunk: Buffer) {
        for (const char of chunk.toString()) {
          if (char === '\u0003') reject(new Sentence('Nothing was changed.'));
          else if (char === '\r' || char === '\n') {
            process.stdin.off('data', take);
            resolve(text);
            return;
          } else text = char === '\u007f' ? text.slice(0, -1) : text + char;
        }
      });
    });
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write('\n');
  }
}

function line(user: LocalUser): string {
  const rights = [user.admin ? 'administrator' : undefined, user.serviceAccount ? 'service account' : undefined];
  const words = [...rights, user.enabled ? undefined : 'disabled'].filter((word) => word !== undefined);
  return `${user.name}${words.length > 0 ? ` (${words.join(', ')})` : ''}, roles: ${user.roles.join(', ') || 'none'}`;
}

function table(all: readonly LocalUser[]): string {
  return all.length === 0 ? 'There are no users: authentication is off.' : all.map(line).join('\n');
}
