import { asProblem, Problem, readRetryAfter, toProblem } from './problem';

/** The caller's credentials, as far as the page has them: those of EasyAuth are in a cookie. */
export interface Credentials {
  /** Mode ApiKey. */
  readonly key?: string | undefined;
  /** Mode Development. */
  readonly user?: string | undefined;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cache?: RequestCache;
  readonly signal?: AbortSignal;
  /** Milliseconds after which a request counts as one without a response. Default is 20 s for JSON; images and streams have none. */
  readonly timeout?: number;
}

const defaultTimeout = 20_000;

/** A response: 304 has no data. */
export interface ApiResponse<T> {
  readonly status: number;
  readonly data: T;
  readonly etag: string | null;
}

/** Calls the API, and turns everything that is no success into a {@link Problem}. */
export class ApiClient {
  /** Milliseconds that the service's clock is ahead of this machine's, from the last response. */
  clockOffset = 0;

  /** Called when a request has no response. */
  onUnreachable: () => void = () => {};

  constructor(
    readonly credentials: Credentials,
    /** Called for every 401: the caller must sign in. */
    private readonly onUnauthorized: (problem: Problem) => void = () => {},
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  get headers(): Record<string, string> {
    if (this.credentials.key) return { Authorization: `Bearer ${this.credentials.key}` };
    // Header values are Latin-1: a name with other letters cannot be sent, and the field for it does not accept one.
    return this.credentials.user ? { 'X-User': this.credentials.user } : {};
  }

  /** The response itself, of any status. Used for what is no JSON: images and streams. */
  async open(path: string, options: RequestOptions = {}): Promise<Response> {
    const init: RequestInit = {
      method: options.method ?? 'GET',
      headers: { ...this.headers, ...options.headers },
      // A redirect is a sign-in page of the platform's: there is nothing to parse in it.
      redirect: 'manual',
    };
    const ends = [options.signal, options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout)].filter(end => end !== undefined);
    if (ends.length > 0) init.signal = AbortSignal.any(ends);
    if (options.cache) init.cache = options.cache;
    if (options.body !== undefined) {
      init.body = JSON.stringify(options.body);
      init.headers = { ...init.headers, 'Content-Type': 'application/json' };
    }
    try {
      const response = await this.fetcher(path, init);
      if (response.type === 'opaqueredirect') throw new Problem(401, 'unauthenticated', 'The sign-in has ended.');
      if (response.status === 401) throw toProblem(401, await readJson(response, options.signal), null);
      this.noteClock(response.headers.get('Date'));
      return response;
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const problem = asProblem(error);
      if (problem.status === 0) this.onUnreachable();
      if (problem.status === 401) this.onUnauthorized(problem);
      throw problem;
    }
  }

  async request<T>(path: string, options: RequestOptions = {}): Promise<ApiResponse<T>> {
    const response = await this.open(path, {
      ...options,
      // A browser lets requests of several tabs for one address wait for each other, to store the response once.
      cache: 'no-store',
      timeout: options.timeout ?? defaultTimeout,
    });
    const body = await readJson(response, options.signal);
    // 304 follows an ETag in the request; the health check's 503 has a body of its own.
    if (!response.ok && response.status !== 304)
      throw toProblem(response.status, body, readRetryAfter(response.headers.get('Retry-After'), Date.now() + this.clockOffset));
    return { status: response.status, data: body as T, etag: response.headers.get('ETag') };
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.request<T>(path, signal ? { signal } : {})).data;
  }

  async post<T>(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return (await this.request<T>(path, { method: 'POST', body, headers })).data;
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return (await this.request<T>(path, { method: 'PATCH', body })).data;
  }

  async delete(path: string, body?: unknown): Promise<void> {
    await this.request(path, { method: 'DELETE', body });
  }

  /** The service's time. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  private noteClock(date: string | null): void {
    const at = date === null ? Number.NaN : Date.parse(date);
    // The header has whole seconds: less than two is no difference.
    if (!Number.isNaN(at)) this.clockOffset = Math.abs(at - Date.now()) < 2000 ? 0 : at - Date.now();
  }
}

/** What a response that is no success says. */
export async function readProblem(response: Response): Promise<Problem> {
  return toProblem(response.status, await readJson(response, undefined), null);
}

async function readJson(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    const text = await response.text();
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch (error) {
    if (signal?.aborted) throw error;
    // A response that breaks off must not be mistaken for one without a body.
    if (response.ok) throw new Problem(0, 'network', 'The response broke off. Nothing is lost; try again.');
    return null;
  }
}
