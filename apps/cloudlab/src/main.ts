import { startCloudlab } from './app.ts';
import { configFrom } from './config.ts';
import { putTrafficFirst } from './put-traffic-first.ts';

const log = (line: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
};

if (!putTrafficFirst()) {
  log(
    'cloudlab runs at normal priority (raising it takes root): under heavy load, requests through its load balancers may wait',
  );
}

// As in the services: what nobody waited for is said loudly, and everything else goes on.
process.on('unhandledRejection', (cause) => {
  const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  process.stderr.write(`${new Date().toISOString()} cloudlab: unhandled rejection: ${what}\n`);
});

try {
  const running = await startCloudlab(configFrom(process.env), log);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    log('cloudlab stops: instances get a moment to finish');
    void running.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
} catch (cause) {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exit(1);
}
