import { KERNEL_WASM } from './kernel-wasm.js'

/** What `multiply` does with its result: put it there, its positive part, or add it to what is there. */
export const STORE = 0
export const RELU = 1
export const ADD = 2
export type MultiplyMode = typeof STORE | typeof RELU | typeof ADD

/** An address in the kernel's memory. */
export type Address = number

/** The functions of kernel.as.ts, where they are described. */
export interface KernelFunctions {
  embed(ids: Address, table: Address, positions: Address, out: Address, rows: number): void
  normalize(x: Address, scale: Address, bias: Address, out: Address, rows: number, columns: number): void
  quantize(x: Address, out: Address, scales: Address, rows: number, columns: number): void
  multiply(
    a: Address,
    rowScales: Address,
    b: Address,
    columnScales: Address,
    bias: Address,
    out: Address,
    rows: number,
    inner: number,
    columns: number,
    mode: MultiplyMode,
  ): void
  attend(qkv: Address, weights: Address, out: Address, rows: number, columns: number, scale: number): void
  average(x: Address, out: Address, rows: number, columns: number): void
  dot(query: Address, rows: Address, out: Address, count: number, columns: number): void
}

export interface Kernel extends KernelFunctions {
  readonly memory: KernelMemory
}

interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of WebAssembly's interface used here: the types of Node 20 leave it out. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array): Promise<{ instance: WasmInstance }>
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => WasmInstance
}

interface WasmInstance {
  readonly exports: KernelFunctions & { memory: WasmMemory }
}

const PAGE_BYTES = 65_536
/** A cache line; more than any SIMD load needs. */
const ALIGNMENT = 64

/** A new instance with an empty memory of its own. */
export async function instantiateKernel(): Promise<Kernel> {
  const { instance } = await WebAssembly.instantiate(Buffer.from(KERNEL_WASM, 'base64'))
  return toKernel(instance)
}

/** The same at once, for who cannot wait: a millisecond. */
export function instantiateKernelSync(): Kernel {
  return toKernel(new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNEL_WASM, 'base64'))))
}

function toKernel({ exports: { memory, ...functions } }: WasmInstance): Kernel {
  return { ...functions, memory: new KernelMemory(memory) }
}

/** Hands out the kernel's memory. Nothing is ever given back: weights and work space live as long as the kernel. */
export class KernelMemory {
  readonly #memory: WasmMemory
  #end = ALIGNMENT

  constructor(memory: WasmMemory) {
    this.#memory = memory
  }

  allocate(bytes: number): Address {
    const address = this.#end
    this.#end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    const missing = this.#end - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES))
    return address
  }

  /** Copies numbers into memory of their own. */
  place(numbers: Float32Array | Int16Array): Address {
    const address = this.allocate(numbers.byteLength)
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
    new Uint8Array(this.#memory.buffer, address).set(bytes)
    return address
  }

  /** A view; the next allocation may detach it. */
  floats(address: Address, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length)
  }

  /** A view; the next allocation may detach it. */
  integers(address: Address, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length)
  }
}
