/** What went wrong with a request: problem details (RFC 9457), or that there was no response at all. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** HTTP status; 0 where no response came. */
    readonly status: number,
    /** Stable code, such as rate_limited. */
    readonly code: string,
    /** One sentence for a person. */
    detail: string,
    /** What is wrong, by field. */
    readonly errors: Readonly<Record<string, readonly string[]>> = {},
    /** Seconds to wait before the next try, where the response has them. */
    readonly retryAfter: number | null = null,
    /** Leads to the request in the log. */
    readonly traceId: string | null = null,
  ) {
    super(detail);
  }

  /** Whether the same request may succeed later; what it did so far is unknown or nothing. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The seconds of a Retry-After: a number of them, or a date. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null || value.trim() === '') return null;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

/** The problem in a response. Proxies respond with HTML: then only the status is known. */
export function toProblem(status: number, body: unknown, retryAfter: number | null): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? (fields[name] as string) : null);
  const errors: Record<string, string[]> = {};
  if (typeof fields['errors'] === 'object' && fields['errors'] !== null) {
    for (const [field, messages] of Object.entries(fields['errors']))
      if (Array.isArray(messages)) errors[field] = messages.map(String);
  }
  return new Problem(
    status,
    text('code') ?? `http_${status}`,
    text('detail') ?? `The service responded with status ${status}.`,
    errors,
    retryAfter,
    text('traceId'),
  );
}

/** The problem behind anything that was thrown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, 'network', 'The service cannot be reached. Check the connection; nothing is lost.');
}

/** The message for a person, with the wait. */
export function describe(problem: Problem): string {
  if (problem.retryAfter === null) return problem.message;
  const seconds = problem.retryAfter;
  const wait = seconds < 90 ? `${seconds} second${seconds === 1 ? '' : 's'}` : `${Math.ceil(seconds / 60)} minutes`;
  return `${problem.message} Try again in ${wait}.`;
}

export interface FieldMessages {
  /** The message of each field that the form has, as a sentence. */
  readonly fields: Readonly<Record<string, string>>;
  /** Messages of fields that the form does not have. */
  readonly others: readonly string[];
}

/**
 * Puts the errors of a 400 at the fields of a form. The API names a field by its path (`images.count`, `metadata.customer`) and gives the
 * rest of a sentence about it. An error of a nested field belongs to the field that the form shows.
 */
export function mapFieldErrors(problem: Problem, labels: Readonly<Record<string, string>>): FieldMessages {
  const fields: Record<string, string> = {};
  const others: string[] = [];
  for (const [path, messages] of Object.entries(problem.errors)) {
    const sentence = messages.join(' ');
    const field = findField(path, labels);
    if (field === null) others.push(`${path} ${sentence}`);
    else {
      const own = field === path ? labels[field] : path.slice(field.length + 1);
      const message = `${own} ${sentence}`;
      fields[field] = fields[field] === undefined ? message : `${fields[field]} ${message}`;
    }
  }
  return { fields, others };
}

function findField(path: string, labels: Readonly<Record<string, string>>): string | null {
  for (let field = path; field !== ''; field = field.includes('.') ? field.slice(0, field.lastIndexOf('.')) : '')
    if (field in labels) return field;
  return null;
}
