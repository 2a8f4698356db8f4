import Type from 'typebox'
import { ID_PATTERNS } from './ids.js'

/** What observations and summaries have in common on the wire. */

/** The document's pattern and `/`, which its own examples of sources need. */
export const SOURCE_PATTERN = '^[a-zA-Z0-9 _./-]+$'

export const Content = Type.String({ minLength: 1, maxLength: 4096, description: 'The text' })
export const OccurredAt = Type.String({ format: 'date-time', description: 'When it happened, with its zone' })
export const Source = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: SOURCE_PATTERN,
  description: 'The system it comes from',
})
export const ConversationId = Type.String({ pattern: ID_PATTERNS.conversation, description: 'Id of a conversation' })
export const AcceptEncoding = Type.Object({
  'Accept-Encoding': Type.Optional(
    Type.String({ maxLength: 200, pattern: '^[a-zA-Z0-9, .-]*$', description: 'Compressions the client takes' }),
  ),
})
const CONTENT_ENCODINGS = ['gzip', 'deflate', 'br', 'compress'] as const
export const Encodings = Type.Object({
  ...AcceptEncoding.properties,
  'Content-Encoding': Type.Optional(
    Type.Unsafe<(typeof CONTENT_ENCODINGS)[number]>({
      type: 'string',
      enum: [...CONTENT_ENCODINGS],
      description: 'Compression of the body',
    }),
  ),
})
export const CONTENT_ENCODING_HEADER = {
  'Content-Encoding': {
    description: 'Compression of the answer',
    schema: { type: 'string', enum: [...CONTENT_ENCODINGS] },
  },
}

/** The document's maxItems of a page of memories, whatever pageSize says. */
export const MEMORY_PAGE_MAX_ITEMS = 50

export const MemoryListMeta = Type.Object({
  key: Type.String({ maxLength: 64, description: 'Name of the array that holds the items' }),
  pageSize: Type.Integer({ minimum: 1, maximum: MEMORY_PAGE_MAX_ITEMS, description: 'Size of the page' }),
  nextToken: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  previousToken: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
})
