/** The part of autocannon 9 that the benchmark uses; the package ships no types. */
declare module 'autocannon' {
  interface RequestData {
    method: string
    path: string
    body?: string
    headers?: Record<string, string>
  }
  /** Belongs to one connection and one request. */
  export interface RequestContext {
    kind?: 'read' | 'write' | undefined
  }
  export interface RequestTemplate {
    method: string
    setupRequest(request: RequestData, context: RequestContext): RequestData
    onResponse?(status: number, body: string, context: RequestContext): void
  }
  interface Options {
    url: string
    connections: number
    duration: number
    /** Seconds without an answer after which a request counts as timed out. */
    timeout?: number
    /** Milliseconds between samples, and how late a run may notice its end. */
    sampleInt?: number
    headers?: Record<string, string>
    requests: readonly RequestTemplate[]
  }
  interface Result {
    errors: number
    timeouts: number
    non2xx: number
    statusCodeStats: Record<string, { count: number }>
  }
  interface Tracker extends PromiseLike<Result> {
    on(event: 'response', listener: (client: unknown, status: number, bytes: number, ms: number) => void): this
    on(event: 'start', listener: () => void): this
  }
  export default function autocannon(options: Options): Tracker
}
