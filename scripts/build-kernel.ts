import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { main as compile } from 'assemblyscript/asc'

/** Compiles the encoder's kernel; the binary is committed, so that building the server needs no AssemblyScript. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = 'src/embedding/kernel/kernel.as.ts'
const TARGET = 'src/embedding/kernel/kernel-wasm.ts'
const OPTIONS = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub']

/**
 * The text of kernel-wasm.ts, from the source as it is now.
 *
 * @throws Error with the compiler's messages
 */
export async function compileKernel(): Promise<string> {
  const outputs = new Map<string, Uint8Array | string>()
  const { error, stderr } = await compile([SOURCE, '--baseDir', ROOT, '--outFile', 'kernel.wasm', ...OPTIONS], {
    writeFile: (name, content) => {
      outputs.set(name, content)
    },
  })
  const binary = outputs.get('kernel.wasm')
  if (error !== null || binary === undefined) throw new Error(`${SOURCE} does not compile: ${stderr.toString()}`)
  return [
    '// Written by `npm run kernel` from kernel.as.ts and its imports; do not edit.',
    '',
    '/** WebAssembly, base64. */',
    'export const KERNEL_WASM =',
    `  '${Buffer.from(binary).toString('base64')}'`,
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL(`../${TARGET}`, import.meta.url), await compileKernel())
  console.log(`${TARGET} is written`)
}
