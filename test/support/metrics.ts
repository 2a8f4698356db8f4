export interface MetricLine {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Everything a server's metrics say. */
export async function readMetrics(url: string): Promise<MetricLine[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return text.split('\n').flatMap((line): MetricLine[] => {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (match?.[1] === undefined) return []
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value])
    return [{ name: match[1], labels: Object.fromEntries(labels), value: Number(match[3]) }]
  })
}

/** The sum of a metric's values that have these labels; nothing when there are none. */
export function sumOf(
  lines: readonly MetricLine[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = lines.filter(
    (line) => line.name === name && Object.entries(labels).every(([key, value]) => line.labels[key] === value),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}
