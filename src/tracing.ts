import type { Encoder } from './embedding/encoder.js'
import type { Database } from './storage/database.js'

/** What a span says of its work: ids, names, sizes. Never trait values, texts or secrets. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** A span that others may follow from. */
export type SpanReference = object

/** The span of a request, open until it is answered. */
export interface RequestSpan {
  /** Calls `next` so that spans made from there on belong to the request. */
  enter(next: () => void): void
  end(attributes: SpanAttributes, failed: boolean): void
}

/** The spans that a batch of items follows from. */
export function spansOf(items: readonly { readonly span: SpanReference | undefined }[]): (SpanReference | undefined)[] {
  return items.map(({ span }) => span)
}

/** Tells what took how long, to whoever the OTLP settings name. */
export interface Tracing {
  /** Runs `work` in a span of what is going on here. */
  span<T>(name: string, attributes: SpanAttributes, work: () => T): T
  /** Runs `work` in a span of a trace of its own. */
  root<T>(name: string, attributes: SpanAttributes, work: () => T): T
  /** Runs `work`, which is done for several: in a span of the first, which the others are linked to. */
  batch<T>(name: string, members: readonly (SpanReference | undefined)[], work: () => T): T
  /** Opens the span of a request; it goes on with the caller's trace when the headers name one (W3C Trace Context). */
  request(name: string, attributes: SpanAttributes, headers: Readonly<Record<string, unknown>>): RequestSpan
  /** What is going on here, if it has a span. */
  current(): SpanReference | undefined
  /** Sends what was not sent yet, for some seconds at most. */
  close(): Promise<void>
}

/** Runs `work` in a span, if there is tracing. */
export function traced<T>(tracing: Tracing | undefined, name: string, attributes: SpanAttributes, work: () => T): T {
  return tracing === undefined ? work() : tracing.span(name, attributes, work)
}

/** A database whose transactions have spans. */
export function traceDatabase(db: Database, tracing: Tracing): Database {
  return {
    ...db,
    transaction: (work, options = {}) =>
      tracing.span('database.transaction', { 'recollect.background': options.background === true }, () =>
        db.transaction(work, options),
      ),
    call: (procedure, input, options = {}) =>
      tracing.span('database.transaction', { 'recollect.background': options.background === true }, () =>
        db.call(procedure, input, options),
      ),
  }
}

/** An encoder whose calls have spans. */
export function traceEncoder(encoder: Encoder, tracing: Tracing): Encoder {
  return {
    get model() {
      return encoder.model
    },
    get dimensions() {
      return encoder.dimensions
    },
    encode: (texts, purpose = 'document') =>
      tracing.span('encoder.encode', { 'recollect.purpose': purpose, 'recollect.texts': texts.length }, () =>
        encoder.encode(texts, purpose),
      ),
    close: () => encoder.close(),
  }
}
