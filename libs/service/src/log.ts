import { type Logger, pino } from 'pino';

const root = pino({
  level: 'info',
  base: { pid: process.pid },
  redact: {
    paths: ['*.password', '*.token', '*.authorization', 'headers.authorization', 'headers.cookie'],
    censor: '***',
  },
});

/** A structured logger to standard output; secret-looking keys are masked. */
export function logger(name: string): Logger {
  return root.child({ name });
}
