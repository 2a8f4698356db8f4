/**
 * PostgreSQL's text cannot hold U+0000, which a client may send and SQLite keeps. It is written as two characters that
 * begin with a noncharacter, and that noncharacter itself likewise, so that every text comes back as it went in.
 */
const ESCAPE = '\uFFFE'
const ESCAPED_NUL = `${ESCAPE}0`
const ESCAPED_ESCAPE = `${ESCAPE}1`

/** A text as PostgreSQL can hold it. */
export function encodeText(text: string): string {
  if (!text.includes('\0') && !text.includes(ESCAPE)) return text
  return text.replaceAll(ESCAPE, ESCAPED_ESCAPE).replaceAll('\0', ESCAPED_NUL)
}

/** The text that `encodeText` was given. */
export function decodeText(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replaceAll(ESCAPED_NUL, '\0').replaceAll(ESCAPED_ESCAPE, ESCAPE)
}
