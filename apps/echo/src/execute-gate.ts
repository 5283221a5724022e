import { authorize } from '@gennaker/access/authorize';
import { type Identity, namedOnly } from '@gennaker/contracts/people';
import type { Access } from '@gennaker/service/guard';
import type { StartGate } from './start-gates.ts';

/**
 * Lets a start pass when whom it runs as may EXECUTE the application; who starts by hand was asked already. Orca asks again
 * when the execution reaches it.
 */
export function executeGate(access: Access, actsAs: (user: string) => Promise<Identity>): StartGate {
  return async ({ pipeline, trigger, event }) => {
    if (event.type === 'manual' || !(await access.authentication())) return undefined;
    const application = pipeline.application.toLowerCase();
    const user = trigger.user ?? 'anonymous';
    const identity = user === 'anonymous' ? namedOnly(user) : await actsAs(user);
    const decision = authorize(identity, 'EXECUTE', await access.permissions(application), application);
    if (decision.allowed) return undefined;
    const { summary, evidence } = decision.reason;
    return {
      summary: `it would run as ${user}: ${summary}`,
      ...(evidence ? { evidence } : {}),
      next: 'name a service account that may as "runAsUser" of the trigger',
    };
  };
}
