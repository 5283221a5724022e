const RPC: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** `ErrorInfo` of what the machinery before every Google API refuses; Compute's own refusals carry none. */
const ERROR_INFO: Readonly<Record<string, string>> = {
  rateLimitExceeded: 'RATE_LIMIT_EXCEEDED',
  accessNotConfigured: 'SERVICE_DISABLED',
};

/** A request that is refused, in the terms of the Compute API: HTTP status, reason word and a sentence. */
export class CloudProblem extends Error {
  override readonly name = 'CloudProblem';
  readonly status: number;
  /** The API's reason word, e.g. `notFound`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  /** The error document that the Compute API answers with. */
  toBody(): unknown {
    const info = ERROR_INFO[this.reason];
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [{ message: this.message, domain: info === undefined ? 'global' : 'usageLimits', reason: this.reason }],
        status: RPC[this.status] ?? 'UNKNOWN',
        ...(info === undefined
          ? {}
          : {
              details: [
                {
                  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                  reason: info,
                  domain: 'googleapis.com',
                  metadata: { service: 'compute.googleapis.com' },
                },
              ],
            }),
      },
    };
  }
}

/** 404 for a resource path such as `projects/p/global/images/x`. */
export function notFound(path: string): CloudProblem {
  return new CloudProblem(404, 'notFound', `The resource '${path}' was not found`);
}

/** 409 for a name that is taken. */
export function alreadyExists(path: string): CloudProblem {
  return new CloudProblem(409, 'alreadyExists', `The resource '${path}' already exists`);
}

/** 400 for a field that cannot be accepted. */
export function invalid(field: string, why: string): CloudProblem {
  return new CloudProblem(400, 'invalid', `Invalid value for field '${field}': ${why}`);
}

/** 400 for a resource that something else still needs. */
export function inUse(path: string, by: string): CloudProblem {
  return new CloudProblem(
    400,
    'resourceInUseByAnotherResource',
    `The resource '${path}' is already being used by '${by}'`,
  );
}

/** 400 for a resource that another operation holds. */
export function notReady(path: string, why: string): CloudProblem {
  return new CloudProblem(400, 'resourceNotReady', `The resource '${path}' is not ready: ${why}`);
}

/** A failure that ends an operation: it is reported in `operation.error`, never as an HTTP status. */
export class OperationFailure extends Error {
  override readonly name = 'OperationFailure';
  /** Upper-case code, e.g. `RESOURCE_IN_USE_BY_ANOTHER_RESOURCE`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
