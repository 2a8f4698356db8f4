import { normalizeVector } from './encoder.js'
import {
  ADD,
  type Address,
  instantiateKernel,
  type Kernel,
  type KernelMemory,
  type MultiplyMode,
  RELU,
  STORE,
} from './kernel/kernel.js'
import { findModelDirectory, readTensors, readVocabulary } from './model-files.js'
import { createTokenizer, type Tokenizer } from './tokenizer.js'
import {
  INNER_WIDTH,
  type Layer,
  type Linear,
  MAX_TOKENS,
  placeWeights,
  TOKEN_WIDTH,
  type Weights,
  WIDTH,
} from './use-lite-weights.js'

/** The Universal Sentence Encoder Lite in this thread: blocking, some milliseconds a text. */
export interface UseLite {
  readonly tokenize: Tokenizer
  /** 512 numbers of length 1, or undefined for a text without tokens. */
  encode(text: string): Float32Array | undefined
}

/** What the layers write to. Bytes: 2 MB for 128 tokens. */
interface Workspace {
  readonly ids: Address
  readonly tokens: Address
  /** [128][512]: what goes from layer to layer. */
  readonly stream: Address
  /** [128][512]: normalised rows, and what the attention found. */
  readonly narrow: Address
  /** [128][1536]: queries, keys and values, and the inner rows of a layer. */
  readonly wide: Address
  readonly quantized: Address
  readonly rowScales: Address
  readonly attention: Address
}

interface Machine {
  readonly kernel: Kernel
  readonly weights: Weights
  readonly space: Workspace
}

/**
 * Reads the model and makes it ready: about 0.2 s, 25 MB that stay.
 *
 * @throws Error when the package of the model is missing or not as expected
 */
export async function loadUseLite(directory: string = findModelDirectory()): Promise<UseLite> {
  const kernel = await instantiateKernel()
  const tokenize = createTokenizer(await readVocabulary(directory))
  const weights = placeWeights(kernel.memory, await readTensors(directory))
  const machine: Machine = { kernel, weights, space: allocateWorkspace(kernel.memory) }
  return {
    tokenize,
    encode(text) {
      const ids = tokenize(text)
      return ids.length === 0 ? undefined : run(machine, ids.slice(0, MAX_TOKENS))
    },
  }
}

function allocateWorkspace(memory: KernelMemory): Workspace {
  const matrix = (columns: number) => memory.allocate(MAX_TOKENS * columns * Float32Array.BYTES_PER_ELEMENT)
  return {
    ids: memory.allocate(MAX_TOKENS * Int32Array.BYTES_PER_ELEMENT),
    tokens: matrix(TOKEN_WIDTH),
    stream: matrix(WIDTH),
    narrow: matrix(WIDTH),
    wide: matrix(INNER_WIDTH),
    quantized: memory.allocate(MAX_TOKENS * INNER_WIDTH * Int16Array.BYTES_PER_ELEMENT),
    rowScales: matrix(1),
    attention: matrix(1),
  }
}

function run(machine: Machine, ids: readonly number[]): Float32Array {
  const { kernel, weights, space } = machine
  const rows = ids.length
  kernel.memory.integers(space.ids, rows).set(ids)
  kernel.embed(space.ids, weights.embeddings, weights.positions, space.tokens, rows)
  let input = space.tokens
  for (const layer of weights.layers) {
    runLayer(machine, layer, input, rows)
    input = space.stream
  }
  kernel.average(space.stream, space.narrow, rows, WIDTH)
  applyLinear(machine, weights.output, space.narrow, space.wide, 1, STORE)
  const vector = kernel.memory.floats(space.wide, WIDTH).map(Math.tanh)
  normalizeVector(vector)
  return vector
}

/** A pre-norm transformer layer from `input` to the stream. Only the first layer's input is not the stream itself. */
function runLayer(machine: Machine, layer: Layer, input: Address, rows: number): void {
  const { kernel, space } = machine
  const { stream, narrow, wide } = space
  kernel.normalize(input, layer.attentionNorm.scale, layer.attentionNorm.bias, narrow, rows, layer.width)
  applyLinear(machine, layer.queryKeyValue, narrow, wide, rows, STORE)
  kernel.attend(wide, space.attention, narrow, rows, layer.width, layer.attentionScale)
  if (layer.residual !== undefined) applyLinear(machine, layer.residual, input, stream, rows, STORE)
  applyLinear(machine, layer.attentionOut, narrow, stream, rows, ADD)
  kernel.normalize(stream, layer.innerNorm.scale, layer.innerNorm.bias, narrow, rows, WIDTH)
  applyLinear(machine, layer.widen, narrow, wide, rows, RELU)
  applyLinear(machine, layer.narrow, wide, stream, rows, ADD)
}

function applyLinear(
  { kernel, space }: Machine,
  { inner, columns, values, scales, bias }: Linear,
  x: Address,
  out: Address,
  rows: number,
  mode: MultiplyMode,
): void {
  kernel.quantize(x, space.quantized, space.rowScales, rows, inner)
  kernel.multiply(space.quantized, space.rowScales, values, scales, bias, out, rows, inner, columns, mode)
}
