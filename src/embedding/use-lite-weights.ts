import type { Address, KernelMemory } from './kernel/kernel.js'
import type { Tensors } from './model-files.js'
import { quantizeMatrix } from './quantize.js'

/** Numbers of a token; the first layer widens it to `WIDTH`. */
export const TOKEN_WIDTH = 256
export const WIDTH = 512
export const INNER_WIDTH = 1536
/** The encoder sees no more tokens than these. */
export const MAX_TOKENS = 128

/** A matrix and its bias in the kernel's memory. */
export interface Linear {
  readonly inner: number
  readonly columns: number
  readonly values: Address
  readonly scales: Address
  readonly bias: Address
}

export interface Norm {
  readonly scale: Address
  readonly bias: Address
}

export interface Layer {
  readonly width: number
  readonly attentionNorm: Norm
  /** Queries, keys and values of all heads at once. */
  readonly queryKeyValue: Linear
  readonly attentionScale: number
  readonly attentionOut: Linear
  /** What the first layer's input goes through beside the attention, because it is narrower than the output. */
  readonly residual: Linear | undefined
  readonly innerNorm: Norm
  readonly widen: Linear
  readonly narrow: Linear
}

export interface Weights {
  /** [8002][256] */
  readonly embeddings: Address
  /** [128][256] */
  readonly positions: Address
  readonly layers: readonly Layer[]
  readonly output: Linear
}

/** The prefixes of the names: variables, and constants that were folded into the published graph. */
const VARIABLE = 'module/Encoder_en/'
const CONSTANT = 'module_apply_default/Encoder_en/KonaTransformer/Encode/'
const FOLDED = '/ConcatPartitions/concat'

/**
 * Places the weights in the kernel's memory: 8 MB of embeddings as they are, 10 MB of matrices in int16.
 *
 * @throws Error when a tensor is missing
 */
export function placeWeights(memory: KernelMemory, tensors: Tensors): Weights {
  const place = createPlacer(memory, tensors)
  const hidden = `${VARIABLE}hidden_layers/tanh_layer_0/`
  const frequencies = place.find(`${CONSTANT}TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`)
  return {
    embeddings: place.numbers('module/Embeddings_en'),
    positions: memory.place(computePositions(frequencies)),
    layers: [placeLayer(place, 0, TOKEN_WIDTH), placeLayer(place, 1, WIDTH)],
    output: place.linear(`${hidden}weights`, `${hidden}bias`, WIDTH, WIDTH),
  }
}

type Placer = ReturnType<typeof createPlacer>

function createPlacer(memory: KernelMemory, tensors: Tensors) {
  const find = (name: string): Float32Array => {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new Error(`the model has no tensor ${name}`)
    return tensor
  }
  const numbers = (name: string): Address => memory.place(find(name))
  const linear = (kernel: string, bias: string, inner: number, columns: number): Linear => {
    const { values, scales } = quantizeMatrix(find(kernel), inner, columns)
    return { inner, columns, values: memory.place(values), scales: memory.place(scales), bias: numbers(bias) }
  }
  return { find, numbers, linear }
}

function placeLayer(place: Placer, index: number, width: number): Layer {
  const constants = `${CONSTANT}Layer_${index}/TransformerLayer/`
  const stack = `${CONSTANT}TransformerStack/Layer_${index}/TransformerLayer/`
  const variables = `${VARIABLE}KonaTransformer/Encode/Layer_${index}/TransformerLayer/MultiheadAttention/`
  const bias = (name: string) => `${constants}${name}/bias${FOLDED}`
  const norm = (of: string): Norm => {
    const prefix = `${constants}${of}layer_prepostprocess/layer_norm/layer_norm_`
    return { scale: place.numbers(`${prefix}scale${FOLDED}`), bias: place.numbers(`${prefix}bias${FOLDED}`) }
  }
  const attention = (name: string, columns: number) =>
    place.linear(`${variables}${name}/kernel/part_0`, bias(`MultiheadAttention/${name}`), width, columns)
  const convolution = (name: string, inner: number, columns: number) =>
    place.linear(`${stack}FFN/${name}/Tensordot/Reshape_1`, bias(`FFN/${name}`), inner, columns)
  const residual = () => place.linear(`${constants}dense/kernel${FOLDED}`, bias('dense'), width, WIDTH)
  return {
    width,
    attentionNorm: norm(''),
    queryKeyValue: attention('qkv_transform_single', width * 3),
    attentionScale: place.find(`${stack}MultiheadAttention/mul/y`)[0] ?? 0,
    attentionOut: attention('output_transform_single', WIDTH),
    residual: width === WIDTH ? undefined : residual(),
    innerNorm: norm('FFN/'),
    widen: convolution('conv1', WIDTH, INNER_WIDTH),
    narrow: convolution('conv2', INNER_WIDTH, WIDTH),
  }
}

/** For each position the sines and the cosines of position × frequency. */
function computePositions(frequencies: Float32Array): Float32Array {
  const half = TOKEN_WIDTH / 2
  const positions = new Float32Array(MAX_TOKENS * TOKEN_WIDTH)
  for (let position = 0; position < MAX_TOKENS; position += 1) {
    frequencies.forEach((frequency, column) => {
      positions[position * TOKEN_WIDTH + column] = Math.sin(position * frequency)
      positions[position * TOKEN_WIDTH + half + column] = Math.cos(position * frequency)
    })
  }
  return positions
}
