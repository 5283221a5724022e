import { CloudProblem } from './problem.ts';

/** A request that the Monitoring API refuses, in its terms: a bare `google.rpc.Status`. */
export class MonitoringProblem extends CloudProblem {
  override toBody(): unknown {
    const status = this.status === 404 ? 'NOT_FOUND' : 'INVALID_ARGUMENT';
    return { error: { code: this.status, message: this.message, status } };
  }
}

/** 400 for a parameter that cannot be accepted. @param why a sentence with what to do */
export function badParameter(name: string, why: string): MonitoringProblem {
  return new MonitoringProblem(400, 'invalid', `Field ${name} had an invalid value: ${why}`);
}
