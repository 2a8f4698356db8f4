import type { RecallExplanation } from '../../src/contract/recall.js'
import { formatMilliseconds } from '../format.js'
import { Bar } from '../parts/bar.js'

const STAGES = [
  ['query', 'question', ''],
  ['index', 'index', 'second'],
  ['search', 'ranking', 'third'],
  ['read', 'reading', 'fourth'],
] as const

/** Where the time went. */
export function Stages({ stages }: Pick<RecallExplanation, 'stages'>) {
  const total = STAGES.reduce((sum, [stage]) => sum + stages[stage], 0)
  return (
    <section class="panel panel-body" aria-label="Time of each stage">
      <Bar
        label={`Time of each stage, ${formatMilliseconds(total)} in all`}
        shares={STAGES.map(([stage]) => stages[stage] / (total || 1))}
      />
      <div class="stages">
        {STAGES.map(([stage, label, color]) => (
          <span key={stage} class={`key ${color}`}>
            {label} <b>{formatMilliseconds(stages[stage])}</b>
          </span>
        ))}
        <span class="soft">{formatMilliseconds(total)} in all</span>
      </div>
    </section>
  )
}
