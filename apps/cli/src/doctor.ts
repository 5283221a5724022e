import { realpathSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createClient } from '@gennaker/client/client';
import { ServiceError } from '@gennaker/contracts/error';
import { orcaApi } from '@gennaker/contracts/orca';
import { runHelper } from './up/helper.ts';
import { type Layout, layoutOf } from './up/layout.ts';
import { isFree } from './up/leftovers.ts';
import { commandOf, listenerOf } from './up/process-table.ts';
import { openSecrets } from './up/secrets.ts';
import { reasonOf } from './up/sentence.ts';
import { runningSystem } from './up/system-record.ts';
import { installCommand, missingTools, pathWith, testTools, tools } from './up/tools.ts';

interface Finding {
  what: string;
  /** Undefined when all is well. */
  fix?: string | undefined;
}

/** `gennaker doctor`: checks this machine; exits 1 when something must be mended. */
export async function doctor(root: string, args: string[]): Promise<number> {
  const layout = layoutOf(realpathSync(root), args, process.env);
  const findings = (await Promise.all([namespaces(layout), folder(layout), ports(layout), engine(layout)])).flat();
  findings.unshift(...platform(), ...programs(layout));
  for (const { what, fix } of findings) {
    process.stdout.write(fix === undefined ? `  ✓ ${what}\n` : `  ✗ ${what}\n      ${fix}\n`);
  }
  const wrong = findings.filter(({ fix }) => fix !== undefined).length;
  process.stdout.write(wrong === 0 ? '\nAll is well: run "npm start".\n' : `\n${wrong} to mend.\n`);
  return wrong === 0 ? 0 : 1;
}

function platform(): Finding[] {
  return [{ what: `Linux ${process.arch}, Node ${process.versions.node}` }];
}

function programs(layout: Layout): Finding[] {
  const path = pathWith(layout.home, process.env['PATH']);
  const missing = missingTools([...tools, ...testTools], path);
  const present = [...tools, ...testTools].filter((tool) => !missing.includes(tool));
  return [
    { what: `programs: ${present.map((tool) => tool.command).join(', ')}` },
    ...missing.map((tool) => ({
      what: `${tool.command} is missing (${tool.why})`,
      fix: `npm start and npm test install it; by hand, as root: ${installCommand([tool])}`,
    })),
  ];
}

async function namespaces(layout: Layout): Promise<Finding[]> {
  const env = { ...process.env, PATH: pathWith(layout.home, process.env['PATH']) };
  const attempt = async (what: string, file: string, args: string[], fix: string): Promise<Finding> => {
    try {
      await runHelper(file, args, { env });
      return { what };
    } catch (error) {
      return { what: `${what}: ${reasonOf(error).split('\n')[0]}`, fix };
    }
  };
  const allow =
    'Allow user name spaces: sysctl kernel.unprivileged_userns_clone=1 (and user.max_user_namespaces above 0; on Ubuntu ' +
    'kernel.apparmor_restrict_unprivileged_userns=0; in Docker --security-opt seccomp=unconfined).';
  const bubble = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--unshare-pid', '--unshare-uts', 'true'];
  return Promise.all([
    attempt('user name spaces', 'unshare', ['--user', '--map-user=1000', '--map-group=1000', 'true'], allow),
    attempt('bubblewrap with process name spaces', 'bwrap', bubble, allow),
  ]);
}

async function folder(layout: Layout): Promise<Finding[]> {
  const what = `data folder ${layout.data}`;
  for (let at = layout.data; ; at = dirname(at)) {
    try {
      await access(at, constants.W_OK);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && at !== dirname(at)) continue;
      return [
        { what: `${what}: ${reasonOf(error)}`, fix: 'Make it writable for you, or name another with --data DIR.' },
      ];
    }
  }
  try {
    await access(layout.data);
    await openSecrets(layout.data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return [{ what, fix: reasonOf(error) }];
  }
  return [{ what }];
}

async function ports(layout: Layout): Promise<Finding[]> {
  const system = runningSystem(layout);
  if (system) return [{ what: `a system runs on this data folder (process ${system.pid})` }];
  const findings: Finding[] = [];
  for (const [name, port] of Object.entries(layout.ports)) {
    if (await isFree(port)) continue;
    const pid = listenerOf(port);
    const who = pid === undefined ? 'another process' : `process ${pid} (${commandOf(pid).slice(0, 80)})`;
    findings.push({
      what: `port ${port} (${name}) is in use by ${who}`,
      fix: `Stop it, or start with --offset ${layout.offset + 100}.`,
    });
  }
  return findings.length > 0 ? findings : [{ what: `ports free (offset ${layout.offset})` }];
}

/** How late the oldest due execution may be before it is worth a look, ms. */
const LATE_MS = 5_000;

/** The engine's own health, where a system runs on this data folder. */
async function engine(layout: Layout): Promise<Finding[]> {
  if (!runningSystem(layout)) return [];
  try {
    const client = createClient(orcaApi, { baseUrl: `http://127.0.0.1:${layout.ports.orca}` });
    const health = await client.engineHealth({}, { deadlineMs: 3_000 });
    const { running, waiting, queued, paused } = health.executions;
    const rescues = Object.entries(health.rescues).map(([cause, count]) => `${count} ${cause}`);
    return [
      { what: `engine: ${running} running, ${waiting} waiting, ${queued} queued, ${paused} paused` },
      {
        what: `engine: ${health.depth} due, the oldest ${health.lagMs} ms late; rescues: ${rescues.join(', ') || 'none'}`,
        ...(health.lagMs > LATE_MS ? { fix: 'See that an orca runs and is not drained or paused.' } : {}),
      },
      {
        what: `engine: ${health.setAside} set aside`,
        ...(health.setAside > 0 ? { fix: 'Look at GET /admin/setAside; mend the cause, then redrive each.' } : {}),
      },
      {
        what: `engine: workers ${health.workers.map((worker) => `${worker.instance} (${worker.held}${worker.draining ? ', draining' : ''})`).join(', ') || 'none'}`,
        ...(health.workers.length === 0 ? { fix: 'No orca reports: look at its log, and restart the system.' } : {}),
      },
    ];
  } catch (error) {
    if (error instanceof ServiceError && (error.status === 401 || error.status === 403))
      return [{ what: 'engine: shown to administrators, at /admin/engine of gate' }];
    return [{ what: `engine: ${reasonOf(error)}`, fix: 'Look at the log of orca.' }];
  }
}
