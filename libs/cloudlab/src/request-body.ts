import type { LabRequest } from './message.ts';
import { CloudProblem } from './problem.ts';

/** The JSON of a body; an empty text and the two characters `""` mean that there is none. */
export function bodyOf(request: LabRequest): unknown {
  if (request.body === '' || request.body === '""') return {};
  try {
    return JSON.parse(request.body);
  } catch {
    throw new CloudProblem(400, 'parseError', 'The body is not JSON.');
  }
}
