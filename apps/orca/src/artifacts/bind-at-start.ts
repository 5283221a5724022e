import { badRequest } from '@gennaker/contracts/error';
import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import type { Json } from '@gennaker/engine/model';
import { messageOf, type PriorArtifacts, wantsEarlier } from '@gennaker/extension-sdk/bind-artifacts';
import { bindForTrigger, type TriggerBinding, withBoundArtifacts } from '@gennaker/extension-sdk/bind-for-trigger';
import type { Queryable } from '@gennaker/store/database';
import { earlierArtifacts, withContent } from './earlier-artifacts.ts';

/** What starts: a pipeline's document, with the application that it runs in. */
type Document = Json & { readonly application: string };

/** What a start brings along: the artifacts of its document and of its trigger. */
export function receivedBy(document: Json, trigger: ExecutionTrigger): Json[] {
  const received = document['receivedArtifacts'];
  return [...(Array.isArray(received) ? received : []), ...(trigger.artifacts ?? [])].filter(
    (one): one is Json => one !== null && typeof one === 'object' && !Array.isArray(one),
  );
}

/** Binds as `bindForTrigger`, with as many earlier executions looked at as it takes. */
export async function bindWithEarlier(
  db: Queryable,
  document: Document,
  trigger: ExecutionTrigger,
): Promise<TriggerBinding> {
  const received = receivedBy(document, trigger);
  let binding = bindForTrigger(document, trigger, received);
  if (!binding.bindings.some(wantsEarlier)) return binding;
  const { id: configId, application, executionId: except } = document;
  const prior: PriorArtifacts[] = [];
  binding = bindForTrigger(document, trigger, received, prior);
  if (typeof configId !== 'string') return binding;
  const own = typeof except === 'string' ? except : undefined;
  for await (const earlier of earlierArtifacts(db, { application, configId, except: own })) {
    prior.push(earlier);
    binding = bindForTrigger(document, trigger, received, prior);
    if (!binding.bindings.some(wantsEarlier)) break;
  }
  return binding;
}

/**
 * The trigger of a start with what the pipeline expects bound.
 * @throws ServiceError 400 that names what is expected, what was offered, and why nothing of that is it
 */
export async function bindAtStart(
  db: Queryable,
  document: Document,
  trigger: ExecutionTrigger,
): Promise<ExecutionTrigger> {
  const expected = document['expectedArtifacts'];
  const received = receivedBy(document, trigger);
  if (!Array.isArray(expected) || expected.length === 0)
    return received.length === (trigger.artifacts?.length ?? 0) ? trigger : { ...trigger, artifacts: received };
  const { bound, bindings, reason } = await bindWithEarlier(db, document, trigger);
  if (!bound)
    throw badRequest(messageOf(reason), {
      field: 'expectedArtifacts',
      ...(reason.next === undefined ? {} : { fix: reason.next }),
      ...(reason.evidence === undefined ? {} : { evidence: reason.evidence }),
    });
  const whole = await Promise.all(
    bindings.map(async (one) =>
      one.bound && one.origin === 'prior' ? { ...one, bound: await withContent(db, one.bound) } : one,
    ),
  );
  return withBoundArtifacts(trigger, received, whole);
}
