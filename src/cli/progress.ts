const BAR_WIDTH = 30
const MIN_MS_BETWEEN = 100

/** Shows on stderr how a long command gets on: a bar on a terminal, a line a step elsewhere. */
export interface Progress {
  /** Sets what is to be done. @param total 0 when it is not known */
  begin(what: string, total: number, done?: number): void
  /** @param step part of the whole, which has a line of its own where there is no bar */
  advance(step: string, count: number): void
  end(): void
}

export function showProgress(stream: NodeJS.WriteStream, now: () => number, unit = 'rows'): Progress {
  return stream.isTTY ? showBar(stream, now, unit) : showLines(stream, unit)
}

function showBar(stream: NodeJS.WriteStream, now: () => number, unit: string): Progress {
  let state = { what: '', total: 0, done: 0, step: '', first: 0, started: 0 }
  let shown = 0
  const draw = () => {
    shown = now()
    stream.write(`\r${describeBar(state, shown, unit)}\u001B[K`)
  }
  const end = () => {
    if (state.what === '') return
    draw()
    stream.write('\n')
    state = { ...state, what: '' }
  }
  return {
    begin(what, total, done = 0) {
      end()
      state = { what, total, done, step: '', first: done, started: now() }
      draw()
    },
    advance(step, count) {
      state = { ...state, step, done: state.done + count }
      if (now() - shown >= MIN_MS_BETWEEN) draw()
    },
    end,
  }
}

function describeBar(
  {
    what,
    total,
    done,
    step,
    first,
    started,
  }: Record<'what' | 'step', string> & Record<'total' | 'done' | 'first' | 'started', number>,
  time: number,
  unit: string,
): string {
  const rate = Math.round((done - first) / Math.max((time - started) / 1000, 0.001))
  if (total === 0) return `${what} ${done} ${unit}, ${rate} ${unit}/s ${step}`
  const share = Math.min(done / total, 1)
  const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
  return `${what} ${bar} ${done} of ${total} ${unit}, ${rate} ${unit}/s ${step}`
}

function showLines(stream: NodeJS.WriteStream, unit: string): Progress {
  let current = { step: '', count: 0 }
  const end = () => {
    if (current.step !== '') stream.write(`  ${current.step}: ${current.count} ${unit}\n`)
    current = { step: '', count: 0 }
  }
  return {
    begin(what, total, done = 0) {
      end()
      stream.write(
        total === 0 ? `${what}\n` : `${what}: ${total} ${unit}${done > 0 ? `, ${done} of them done before` : ''}\n`,
      )
    },
    advance(step, count) {
      if (step !== current.step) end()
      current = { step, count: current.count + count }
    },
    end,
  }
}
