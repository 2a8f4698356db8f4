/** A metric that an expression of Prometheus asks for, with the labels it names. */
export interface Asked {
  readonly metric: string
  readonly labels: readonly string[]
}

const KEYWORDS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'bool', 'offset'])

/** The metrics of an expression. Labels that it groups by count for all of them. */
export function metricsOf(expression: string): Asked[] {
  const groupings = [...expression.matchAll(/\b(?:by|without|on)\s*\(([^)]*)\)/g)]
  const grouped = groupings.flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
  const bare = expression.replaceAll(/\b(?:by|without|on)\s*\([^)]*\)/g, '').replaceAll(/\[[^\]]*\]/g, '')
  return [...bare.matchAll(/(?<![\w.])([a-z_:][a-z0-9_:]*)(\s*\(|\{([^}]*)\})?/gi)].flatMap(
    ([, name = '', after = '', matchers = '']) => {
      if (after.trim() === '(' || KEYWORDS.has(name)) return []
      const labels = [...matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => label)
      return [{ metric: name, labels: [...labels, ...grouped] }]
    },
  )
}
