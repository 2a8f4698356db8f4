import { normalizeVector } from '../../embedding/encoder.js'
import { USE_LITE_MODEL } from '../../embedding/model-files.js'
import { USE_LITE_QUESTION_DIRECTION, USE_LITE_STATEMENT_LEVEL } from './question-form-data.js'

/**
 * Where an encoder puts questions apart from the statements that answer them: a direction of length 1, and how far
 * statements are along it.
 */
export interface QuestionForm {
  readonly direction: Float32Array
  readonly level: number
}

const BUILT_IN: QuestionForm = {
  direction: decodeDirection(USE_LITE_QUESTION_DIRECTION),
  level: USE_LITE_STATEMENT_LEVEL,
}

/** What is known of an encoder's questions; nothing of encoders that were not measured. */
export function findQuestionForm(model: string): QuestionForm | undefined {
  return model === USE_LITE_MODEL ? BUILT_IN : undefined
}

/** How much of the way a query is moved. All of it finds short notes a little better, and long summaries worse. */
const SHARE = 0.45

/**
 * The vector of a query as if it were less of a question: "Where do they live?" is nearer to other questions than to
 * "Lives in Ghent" as long as the form counts. Only the one component changes; what is said already hardly does.
 *
 * @param vector of length 1, as is the result
 */
export function toStatement(vector: Float32Array, { direction, level }: QuestionForm): Float32Array {
  let component = 0
  for (let at = 0; at < vector.length; at += 1) component += (vector[at] ?? 0) * (direction[at] ?? 0)
  const moved = vector.map((value, at) => value + SHARE * (level - component) * (direction[at] ?? 0))
  return normalizeVector(moved) ? moved : vector
}

/** One signed byte a number, to be brought to length 1. */
function decodeDirection(base64: string): Float32Array {
  const direction = Float32Array.from(new Int8Array(Buffer.from(base64, 'base64')))
  normalizeVector(direction)
  return direction
}
