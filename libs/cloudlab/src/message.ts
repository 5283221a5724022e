/** One HTTP request as the model sees it: no sockets, no streams. */
export interface LabRequest {
  /** Upper case: GET, POST, PUT, PATCH, DELETE. */
  readonly method: string;
  /** The path alone, decoded by the model, e.g. `/compute/v1/projects/p/zones`. */
  readonly path: string;
  /** Last value of each query parameter. */
  readonly query: Readonly<Record<string, string>>;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text. Empty text and the two characters `""` both mean that there is none. */
  readonly body: string;
}

/** The answer: `body` is sent as JSON, a string as plain text. */
export interface LabResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
