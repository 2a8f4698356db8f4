import { createLongMap } from './long-map.js'
import { normalizeText } from './words.js'

/** Which memories say the same in the same words. */
export interface SameTexts {
  add(slot: number, content: string): void
  remove(slot: number): void
  /** Equal for slots that say the same; nothing for one that says what no other does. */
  keyOf(slot: number): number | undefined
  /** Rough size in bytes. */
  bytes(): number
}

interface Text {
  readonly key: number
  readonly normalized: string
  holders: number
}

export function createSameTexts(): SameTexts {
  const texts = createLongMap<string, Text>()
  const textOfSlot: (Text | undefined)[] = []
  let nextKey = 0
  let letters = 0
  return {
    add(slot, content) {
      const normalized = normalizeText(content)
      let text = texts.get(normalized)
      if (text === undefined) {
        text = { key: nextKey, normalized, holders: 0 }
        nextKey += 1
        letters += normalized.length
        texts.set(normalized, text)
      }
      text.holders += 1
      textOfSlot[slot] = text
    },
    remove(slot) {
      const text = textOfSlot[slot]
      textOfSlot[slot] = undefined
      if (text === undefined) return
      text.holders -= 1
      if (text.holders > 0) return
      texts.delete(text.normalized)
      letters -= text.normalized.length
    },
    keyOf(slot) {
      const text = textOfSlot[slot]
      return text !== undefined && text.holders > 1 ? text.key : undefined
    },
    bytes: () => letters + texts.size * 120,
  }
}
