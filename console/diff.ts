interface Piece {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Words with the space behind them. */
function split(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

/** Lengths of the longest common subsequences of every pair of ends. */
function measure(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = rows[i] as Uint16Array
      const below = rows[i + 1] as Uint16Array
      row[j] =
        before[i]?.trim() === after[j]?.trim() ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return rows
}

/** What was added and removed, word by word. */
export function diffWords(older: string, newer: string): Piece[] {
  const before = split(older)
  const after = split(newer)
  const lengths = measure(before, after)
  const pieces: Piece[] = []
  const push = (kind: Piece['kind'], text = '') => {
    const last = pieces.at(-1)
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text }
    else pieces.push({ kind, text })
  }
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i]?.trim() === after[j]?.trim()) {
      push('same', after[j])
      i += 1
      j += 1
    } else if (j >= after.length || (i < before.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      push('removed', before[i])
      i += 1
    } else {
      push('added', after[j])
      j += 1
    }
  }
  return pieces
}
