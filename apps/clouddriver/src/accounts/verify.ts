import type { AccountCheck, AccountVerification } from '@gennaker/contracts/cloud-accounts';
import type { SecretSources } from '@gennaker/service/secret';
import type { OpenAccount } from '../accounts.ts';
import { readCredentials } from './credentials.ts';

/** A cloud that does not answer is told as that, ms. */
const PATIENCE_MS = 20_000;

/**
 * Tries an account: its credentials first, then whatever its cloud can try without changing anything. A cloud that
 * cannot verify is read once as a whole. Never throws: what goes wrong is a check that failed.
 */
export async function verifyAccount(open: OpenAccount, sources: SecretSources): Promise<AccountVerification> {
  const checks: AccountCheck[] = [];
  const missingPermissions: string[] = [];
  const credentials = await credentialsCheck(open, sources);
  checks.push(credentials);
  if (credentials.outcome !== 'failed') {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`it has not answered for ${PATIENCE_MS / 1_000} seconds`)),
      PATIENCE_MS,
    );
    try {
      const found = await Promise.race([tryCloud(open), late.promise]);
      checks.push(...found.checks);
      missingPermissions.push(...found.missingPermissions);
    } catch (error) {
      checks.push({
        name: 'connection',
        outcome: 'failed',
        reason: {
          summary: `The cloud could not be asked: ${error instanceof Error ? error.message : String(error)}`,
          evidence: { project: open.account.project, endpoint: open.account.endpoint ?? null },
          next: 'Check the endpoint and the network between clouddriver and it, then verify again',
        },
      });
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    account: open.account.name,
    ok: checks.every(({ outcome }) => outcome !== 'failed'),
    checks,
    missingPermissions: [...new Set(missingPermissions)].toSorted(),
  };
}

async function tryCloud(open: OpenAccount) {
  const { verification } = open.cloud.capabilities;
  if (verification) return verification.verify();
  const snapshot = await open.cloud.inventory.snapshot();
  const check: AccountCheck = {
    name: 'inventory',
    outcome: 'ok',
    reason: {
      summary: `Everything could be read: ${snapshot.serverGroups.length} server groups, ${snapshot.loadBalancers.length} load balancers`,
    },
  };
  return { checks: [check], missingPermissions: [] };
}

async function credentialsCheck({ account }: OpenAccount, sources: SecretSources): Promise<AccountCheck> {
  const { credentials } = account;
  try {
    const key = await readCredentials(sources, account);
    const email = typeof key?.['client_email'] === 'string' ? key['client_email'] : undefined;
    return {
      name: 'credentials',
      outcome: 'ok',
      reason: {
        summary:
          credentials?.type === 'file'
            ? `The key file ${credentials.path} is there`
            : credentials?.type === 'environment'
              ? `The variable ${credentials.variable} holds a key`
              : account.endpoint
                ? 'This endpoint is called without credentials'
                : "The platform's own libraries look for credentials",
        ...(email ? { evidence: { serviceAccount: email } } : {}),
      },
    };
  } catch (error) {
    return {
      name: 'credentials',
      outcome: 'failed',
      reason: {
        summary: error instanceof Error ? error.message : String(error),
        next: 'Mend that, then verify again; nothing else was tried',
      },
    };
  }
}
