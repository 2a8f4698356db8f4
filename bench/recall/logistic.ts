/** A pair to learn from: what is known of it (the first is 1), whether it is one that answers, and how much it weighs. */
export interface Example {
  readonly features: readonly number[]
  readonly answers: boolean
  readonly weight: number
}

const LONGEST_STEP = 1
const CLOSE_ENOUGH = 1e-8
/** Keeps the equations solvable. */
const RIDGE = 1e-9

/** Logistic regression by Newton's method. A step is at most 1 long: whole steps diverge from a bad start. */
export function fitLogistic(examples: readonly Example[], start: readonly number[]): number[] {
  let weights = [...start]
  for (let round = 0; round < 200; round += 1) {
    const step = newtonStep(examples, weights)
    const length = Math.hypot(...step)
    const scale = Math.min(1, LONGEST_STEP / length)
    weights = weights.map((weight, at) => weight + scale * (step[at] ?? 0))
    if (length < CLOSE_ENOUGH) break
  }
  return weights
}

function newtonStep(examples: readonly Example[], weights: readonly number[]): number[] {
  const size = weights.length
  const gradient = new Array<number>(size).fill(0)
  const curvature = weights.map((_, row) => weights.map((_, column): number => (row === column ? RIDGE : 0)))
  for (const { features, answers, weight } of examples) {
    const evidence = features.reduce((sum, feature, at) => sum + feature * (weights[at] ?? 0), 0)
    const probability = 1 / (1 + Math.exp(-evidence))
    const spread = weight * probability * (1 - probability)
    for (const [row, feature] of features.entries()) {
      gradient[row] = (gradient[row] ?? 0) + weight * ((answers ? 1 : 0) - probability) * feature
      const line = curvature[row] ?? []
      for (const [column, other] of features.entries()) line[column] = (line[column] ?? 0) + spread * feature * other
    }
  }
  return solve(curvature, gradient)
}

/** Gaussian elimination; the matrix is positive definite. Changes what it is given. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length
  for (let pivot = 0; pivot < size; pivot += 1) {
    const line = matrix[pivot] ?? []
    for (let row = pivot + 1; row < size; row += 1) {
      const target = matrix[row] ?? []
      const factor = (target[pivot] ?? 0) / (line[pivot] ?? 1)
      for (let column = pivot; column < size; column += 1) {
        target[column] = (target[column] ?? 0) - factor * (line[column] ?? 0)
      }
      right[row] = (right[row] ?? 0) - factor * (right[pivot] ?? 0)
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let row = size - 1; row >= 0; row -= 1) {
    const line = matrix[row] ?? []
    const known = solution.reduce((sum, value, at) => (at > row ? sum + value * (line[at] ?? 0) : sum), 0)
    solution[row] = ((right[row] ?? 0) - known) / (line[row] ?? 1)
  }
  return solution
}
