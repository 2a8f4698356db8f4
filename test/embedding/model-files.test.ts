import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findModelDirectory, readTensors, readVocabulary } from '../../src/embedding/model-files.js'
import { temporaryFolder } from '../support/folder.js'

/** A copy of the model's files that can be spoilt. */
async function copyModel(): Promise<string> {
  const folder = await temporaryFolder()
  await cp(findModelDirectory(), folder, { recursive: true })
  return folder
}

describe('the files of the model', () => {
  it('are in the installed package', async () => {
    expect(await readVocabulary()).toHaveLength(8000)
    expect((await readTensors()).get('module/Embeddings_en')).toHaveLength(8002 * 256)
  })

  it('are refused when a bit of the weights is another', async () => {
    const folder = await copyModel()
    const path = join(folder, 'group1-shard3of7')
    const shard = await readFile(path)
    const altered = Buffer.from(shard)
    altered[1000]! ^= 1
    await writeFile(path, altered)
    await expect(readTensors(folder)).rejects.toThrow('sha256')
    await writeFile(path, shard)
    expect((await readTensors(folder)).size).toBeGreaterThan(30)
  })

  it.each([-4, 1])('are refused when they are %i bytes longer', async (difference) => {
    const folder = await copyModel()
    const path = join(folder, 'group1-shard7of7')
    const shard = await readFile(path)
    const longer = Buffer.alloc(shard.length + difference)
    shard.copy(longer)
    await writeFile(path, longer)
    await expect(readTensors(folder)).rejects.toThrow('another length')
  })
})
