import { type Address, instantiateKernelSync, type Kernel } from '../../embedding/kernel/kernel.js'

/** Rows of one block of vectors; the kernel takes a multiple of 4. */
export const ROWS_A_BLOCK = 16

/** Where the query, a block and its products lie in the kernel's memory. */
interface Places {
  readonly query: Address
  readonly block: Address
  readonly products: Address
}

/** Compares one query with blocks of vectors. */
export interface DotProducts {
  /** Calls `visit` with the number of each block and the products of its rows; they are overwritten by the next. */
  forEachBlock(
    query: Float32Array,
    blocks: readonly Float32Array[],
    visit: (number: number, products: Float32Array) => void,
  ): void
}

/**
 * Dot products in WebAssembly. A block is copied into the kernel before it is multiplied: copying costs less than a
 * third of what plain numbers take, and no profile needs WebAssembly memory of its own, which would never be given back.
 */
export function createDotProducts(): DotProducts {
  const kernel: Kernel = instantiateKernelSync()
  const placesOf = new Map<number, Places>()

  const findPlaces = (stride: number): Places => {
    const known = placesOf.get(stride)
    if (known !== undefined) return known
    const allocate = (numbers: number) => kernel.memory.allocate(numbers * Float32Array.BYTES_PER_ELEMENT)
    const places = { query: allocate(stride), block: allocate(ROWS_A_BLOCK * stride), products: allocate(ROWS_A_BLOCK) }
    placesOf.set(stride, places)
    return places
  }

  return {
    forEachBlock(query, blocks, visit) {
      const stride = query.length
      const places = findPlaces(stride)
      kernel.memory.floats(places.query, stride).set(query)
      const block = kernel.memory.floats(places.block, ROWS_A_BLOCK * stride)
      const products = kernel.memory.floats(places.products, ROWS_A_BLOCK)
      for (let number = 0; number < blocks.length; number += 1) {
        block.set(blocks[number] ?? [])
        kernel.dot(places.query, places.block, places.products, ROWS_A_BLOCK, stride)
        visit(number, products)
      }
    },
  }
}

let shared: DotProducts | undefined

/** One kernel serves all profiles of a thread: nothing is kept in it between two queries. */
export function getDotProducts(): DotProducts {
  shared ??= createDotProducts()
  return shared
}
