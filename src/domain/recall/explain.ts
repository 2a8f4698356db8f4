import type { Context } from '../../context.js'
import type { Observation } from '../../contract/observation.js'
import type { Explanation, RecallExplanation, RecallInput } from '../../contract/recall.js'
import type { Summary } from '../../contract/summary.js'
import type { StoreScope } from '../../scope.js'
import { type Recalled, type RecallResult, recall } from './recall.js'

const DAY_MS = 86_400_000

/**
 * Recall with what each score is made of (ours, beyond the API).
 *
 * @throws ApiError 400, 404; ProfileMovedError
 */
export async function explainRecall(
  ctx: Context,
  scope: StoreScope,
  profileId: string,
  input: RecallInput,
): Promise<RecallExplanation> {
  const result = await recall(ctx, scope, profileId, input)
  const explain = (kind: string) => (memory: Recalled<Observation | Summary>) =>
    explainHit(result, kind, memory, ctx.now())
  const hits = [...result.observations.map(explain('observation')), ...result.summaries.map(explain('summary'))]
  return { hits: hits.sort((a, b) => (b.score ?? 0) - (a.score ?? 0)), stages: result.times }
}

function explainHit(
  { hits }: RecallResult,
  kind: string,
  memory: Recalled<Observation | Summary>,
  now: number,
): Explanation {
  const hit = hits.get(memory.id)
  return {
    id: memory.id,
    kind,
    content: memory.content,
    occurredAt: memory.occurredAt,
    ...(hit !== undefined && { score: hit.score, lexical: hit.lexical }),
    ...(hit?.cosine !== undefined && { cosine: hit.cosine }),
    ageDays: Math.max(0, (now - Date.parse(memory.occurredAt)) / DAY_MS),
    matchedTerms: [...(hit?.matchedTerms ?? [])],
  }
}
